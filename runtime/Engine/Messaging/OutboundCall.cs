namespace Orleans.Bundled;

/// <summary>Stands for the callee of a request that was sent away, so that a cancellation finds its way after it.</summary>
internal sealed class OutboundCall(Connection connection) : IWorkQueue
{
    /// <summary>The call's number on its connection; zero before it has one.</summary>
    public ulong Number { get; set; }

    /// <summary>The only item that is posted to a callee after the request itself is its cancellation.</summary>
    public void Post(WorkItem item)
    {
        if (Number != 0) connection.SendEmpty(FrameKind.Cancel, Number, 0);
    }

    public void Arrive(Request request) => throw new InvalidOperationException("A request that was sent away does not arrive here.");

    public void Finished(Request request) => throw new InvalidOperationException("A request that was sent away does not run here.");

    public void Cancelled(Request request) => throw new InvalidOperationException("A request that was sent away does not run here.");

    public void Failed(Request request, Exception exception)
    {
        // The callee's own process has dealt with it.
    }
}
