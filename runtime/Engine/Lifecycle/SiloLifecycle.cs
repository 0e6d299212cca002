using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>The stages of this silo's life.</summary>
internal sealed class SiloLifecycle(ILogger<SiloLifecycle> logger) : LifecycleSubject(logger), ISiloLifecycle
{
    public int HighestCompletedStage { get; private set; } = int.MinValue;

    public int LowestStoppedStage { get; private set; } = int.MaxValue;

    protected override void OnStartStageCompleted(int stage) => HighestCompletedStage = stage;

    protected override void OnStopStageCompleted(int stage) => LowestStoppedStage = stage;
}
