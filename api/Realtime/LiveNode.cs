using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OrleansSocial.Realtime;

/// <summary>What all live connections of this node share.</summary>
internal sealed class LiveNode(IGrainFactory grains, IOptions<LiveOptions> options, TimeProvider clock, ILogger<LiveNode> log)
{
    private static readonly TimeSpan s_attemptPause = TimeSpan.FromSeconds(1);

    /// <summary>The doors to the grains.</summary>
    public IGrainFactory Grains => grains;

    /// <summary>The limits.</summary>
    public LiveOptions Options { get; } = options.Value;

    /// <summary>The clock.</summary>
    public TimeProvider Clock => clock;

    /// <summary>The log.</summary>
    public ILogger Log => log;

    /// <summary>Frames made once for all connections.</summary>
    public LiveFrames Frames { get; } = new();

    /// <summary>The pause after an attempt that failed.</summary>
    public Task BeforeNextAttempt() => Task.Delay(s_attemptPause, clock);

    /// <summary>Cuts a connection that does not go by itself in the time that closing may take.</summary>
    public void CutLater(Action cut) => _ = Cut(cut);

    private async Task Cut(Action cut)
    {
        await Task.Delay(TimeSpan.FromSeconds(Options.CloseSecondsMax), clock);
        cut();
    }
}
