namespace OrleansSocial.Kernel;

/// <summary>Work that takes its time or reaches outside the database. Enqueued with <see cref="Effects.Enqueue"/>: by what subscribes to an event, and by other jobs.</summary>
/// <remarks>
/// A job is declared once, as a record beside what runs it: <c>[GenerateSerializer, Immutable, Alias("slice.work"), Queue("work")]</c>. The
/// alias names it in the table, where rows of every version lie: it is kept for ever, members are only added, and those have a default.
/// </remarks>
internal interface IJob
{
    /// <summary>What makes it this one and no other of its kind, such as the identifier of the event that it follows from: enqueued again, it is the same job and runs once. 1 to 200 characters.</summary>
    string Key { get; }
}

/// <summary>A job that one person waits for: they are told live how far it is.</summary>
internal interface IPersonalJob : IJob
{
    /// <summary>Who.</summary>
    UserId For { get; }
}

/// <summary>Names the queue of a kind of jobs. Each queue has workers of its own on every silo, so that what takes long holds nothing else up.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class QueueAttribute(string name) : Attribute
{
    /// <summary>The queue of what recurs, and of sweeps.</summary>
    public const string Sweeps = "sweeps";

    /// <summary>Its name.</summary>
    public string Name => name;
}
