using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>How the silo for a new activation is chosen.</summary>
    public abstract class PlacementStrategy
    {
        /// <summary>Whether activations are registered in the directory, and so are the only ones of their grain.</summary>
        public virtual bool IsUsingGrainDirectory => true;
    }

    /// <summary>Any silo, at random.</summary>
    public sealed class RandomPlacement : PlacementStrategy;

    /// <summary>The silo of the caller where it can host the grain.</summary>
    public sealed class PreferLocalPlacement : PlacementStrategy;

    /// <summary>A silo chosen by the hash of the grain's identity.</summary>
    public sealed class HashBasedPlacement : PlacementStrategy;

    /// <summary>The emptier of two silos picked at random.</summary>
    public sealed class ActivationCountBasedPlacement : PlacementStrategy;

    /// <summary>The silo with the most to spare: processor, memory and activations. The default.</summary>
    public sealed class ResourceOptimizedPlacement : PlacementStrategy;

    /// <summary>A pool of workers on the caller's silo.</summary>
    public sealed class StatelessWorkerPlacement : PlacementStrategy
    {
        /// <summary>A pool with that limit; below 1 means one worker a processor.</summary>
        public StatelessWorkerPlacement(int maxLocal, bool removeIdleWorkers = true)
        {
            MaxLocal = maxLocal > 0 ? maxLocal : Environment.ProcessorCount;
            RemoveIdleWorkers = removeIdleWorkers;
        }

        /// <summary>The most workers a silo holds for one grain.</summary>
        public int MaxLocal { get; }

        /// <summary>Whether idle workers are removed.</summary>
        public bool RemoveIdleWorkers { get; }

        /// <inheritdoc/>
        public override bool IsUsingGrainDirectory => false;
    }
}

namespace Orleans.Placement
{
    /// <summary>Says how activations of a class are placed.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public abstract class PlacementAttribute(PlacementStrategy placement) : Attribute
    {
        /// <summary>The strategy.</summary>
        public PlacementStrategy PlacementStrategy { get; } = placement;
    }

    /// <inheritdoc cref="RandomPlacement"/>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class RandomPlacementAttribute() : PlacementAttribute(new RandomPlacement());

    /// <inheritdoc cref="PreferLocalPlacement"/>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class PreferLocalPlacementAttribute() : PlacementAttribute(new PreferLocalPlacement());

    /// <inheritdoc cref="HashBasedPlacement"/>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class HashBasedPlacementAttribute() : PlacementAttribute(new HashBasedPlacement());

    /// <inheritdoc cref="ActivationCountBasedPlacement"/>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class ActivationCountBasedPlacementAttribute() : PlacementAttribute(new ActivationCountBasedPlacement());

    /// <inheritdoc cref="ResourceOptimizedPlacement"/>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class ResourceOptimizedPlacementAttribute() : PlacementAttribute(new ResourceOptimizedPlacement());
}
