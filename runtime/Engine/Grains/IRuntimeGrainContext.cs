using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>What the engine's own activations offer beyond <see cref="IGrainContext"/>, without a service lookup.</summary>
internal interface IRuntimeGrainContext : IGrainContext
{
    /// <summary>The silo's services for grains.</summary>
    IGrainRuntime GrainRuntime { get; }
}
