namespace Orleans.Bundled;

/// <summary>Runs posted items one at a time, in the order of posting: an activation, or the queue of one observer object.</summary>
internal interface IWorkQueue
{
    /// <summary>Adds an item from any thread. Never runs it on the caller's stack.</summary>
    void Post(WorkItem item);

    /// <summary>A request has arrived at the head of the queue; it is started now or kept until the gate admits it.</summary>
    void Arrive(Request request);

    /// <summary>A started request has finished; whatever waited for it may start.</summary>
    void Finished(Request request);

    /// <summary>The caller of a request gave up on it. Called on a turn of this queue.</summary>
    void Cancelled(Request request);

    /// <summary>The callee's exception on its way to the caller. Called on a turn of this queue.</summary>
    void Failed(Request request, Exception exception);
}
