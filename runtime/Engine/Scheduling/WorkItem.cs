using System.ComponentModel;

namespace Orleans.Bundled;

/// <summary>One piece of work for an activation. Items link themselves into mailboxes, so queueing one allocates nothing.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class WorkItem
{
    /// <summary>The next item of whatever list holds this one; an item is in at most one list at a time.</summary>
    internal WorkItem? Next;

    /// <summary>Runs on the activation's turn. Never throws.</summary>
    internal abstract void Run(IWorkQueue queue);
}
