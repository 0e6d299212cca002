namespace Orleans.Configuration;

/// <summary>How activations share the processors.</summary>
public class SchedulingOptions
{
    /// <summary>Time that one activation may keep a thread while it has more to do. 100 ms by default.</summary>
    public TimeSpan ActivationSchedulingQuantum { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Length above which a turn is logged as a warning. 1 second by default.</summary>
    public TimeSpan TurnWarningLengthThreshold { get; set; } = TimeSpan.FromSeconds(1);
}

/// <summary>The pools of stateless workers.</summary>
public class StatelessWorkerOptions
{
    /// <summary>Whether idle workers are removed, where the class does not say otherwise. True by default.</summary>
    public bool RemoveIdleWorkers { get; set; } = true;

    /// <summary>Time between two looks at a pool. 500 ms by default.</summary>
    public TimeSpan IdleWorkersInspectionPeriod { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Looks in a row at which a pool must have idle workers before one is removed. 1 by default.</summary>
    public int MinIdleCyclesBeforeRemoval { get; set; } = 1;
}

/// <summary>The grain classes and interfaces that a silo or client knows.</summary>
public class GrainTypeOptions
{
    /// <summary>The grain classes. Removing one makes the silo not host it.</summary>
    public HashSet<Type> Classes { get; } = [];

    /// <summary>The grain interfaces.</summary>
    public HashSet<Type> Interfaces { get; } = [];
}
