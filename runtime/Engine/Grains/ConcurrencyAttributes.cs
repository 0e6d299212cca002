using Orleans.Placement;
using Orleans.Runtime;

namespace Orleans.Concurrency;

/// <summary>Requests of this class may interleave: each may start while others wait at an await.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ReentrantAttribute : Attribute;

/// <summary>Requests of this class may interleave when a predicate says so.</summary>
/// <remarks>
/// The predicate is a public static or instance method of the grain class that takes an <c>IInvokable</c> and returns a
/// <see cref="bool"/>. Another shape is an <see cref="InvalidOperationException"/> at the first activation.
/// </remarks>
[AttributeUsage(AttributeTargets.Class)]
public sealed class MayInterleaveAttribute(string callbackMethodName) : Attribute
{
    /// <summary>The name of the predicate.</summary>
    public string CallbackMethodName { get; } = callbackMethodName;
}

/// <summary>Requests of this interface method may start whatever else the grain does, and block nothing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AlwaysInterleaveAttribute : Attribute;

/// <summary>Requests of this interface method may interleave with other read-only ones.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ReadOnlyAttribute : Attribute;

/// <summary>Requests of this interface method have no answer: the caller goes on at once and hears of no failure.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OneWayAttribute : Attribute;

/// <summary>
/// Grains of this class are pools: a call goes to an idle worker on the caller's silo, to a new one below the limit, or to the
/// one with the shortest queue.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class StatelessWorkerAttribute : PlacementAttribute
{
    /// <summary>A pool with at most one worker a processor, of which idle ones are removed.</summary>
    public StatelessWorkerAttribute()
        : this(-1)
    {
    }

    /// <summary>A pool of at most that many workers; a number below 1 means one a processor.</summary>
    public StatelessWorkerAttribute(int maxLocalWorkers)
        : this(maxLocalWorkers, true)
    {
    }

    /// <summary>A pool of at most that many workers, of which idle ones are removed or kept.</summary>
    public StatelessWorkerAttribute(int maxLocalWorkers, bool removeIdleWorkers)
        : base(new StatelessWorkerPlacement(maxLocalWorkers, removeIdleWorkers))
    {
        MaxLocalWorkers = maxLocalWorkers;
        RemoveIdleWorkers = removeIdleWorkers;
    }

    /// <summary>The limit as given.</summary>
    public int MaxLocalWorkers { get; }

    /// <summary>Whether idle workers are removed.</summary>
    public bool RemoveIdleWorkers { get; }
}
