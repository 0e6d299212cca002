using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OrleansSocial.Realtime;

/// <summary>What all live connections of this node share.</summary>
internal sealed class LiveNode(IGrainFactory grains, IOptions<LiveOptions> options, TimeProvider clock, ILogger<LiveNode> log) : IDisposable
{
    private const int ReadingsMax = 64;
    private static readonly TimeSpan s_attemptPause = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _readings = new(ReadingsMax);
    private long _waitingBytes;

    /// <summary>The doors to the grains.</summary>
    public IGrainFactory Grains => grains;

    /// <summary>The limits.</summary>
    public LiveOptions Options { get; } = options.Value;

    /// <summary>The clock.</summary>
    public TimeProvider Clock => clock;

    /// <summary>The log.</summary>
    public ILogger Log => log;

    /// <summary>How many bytes wait for connections of this node.</summary>
    public long WaitingBytes => Volatile.Read(ref _waitingBytes);

    /// <summary>Reads what happened to a person.</summary>
    public IChangesGrain Changes(UserId user) => grains.GetGrain<IChangesGrain>(StatelessKey.Of(user.Value));

    /// <summary>Whether there is room for so many bytes more to wait at this node.</summary>
    public bool MayWait(int bytes) => WaitingBytes + bytes <= Options.NodeQueueBytesMax;

    /// <summary>So many bytes more wait, or fewer.</summary>
    public void Waits(int bytes) => Interlocked.Add(ref _waitingBytes, bytes);

    /// <summary>Waits for its turn to compare: a change of the silos does not ask for everybody at once.</summary>
    public async Task<IDisposable> ReadingSlot()
    {
        await _readings.WaitAsync();
        return new Slot(_readings);
    }

    /// <inheritdoc/>
    public void Dispose() => _readings.Dispose();

    /// <summary>The pause after an attempt that failed.</summary>
    public Task BeforeNextAttempt() => Task.Delay(s_attemptPause, clock);

    /// <summary>Cuts a connection that does not go by itself in the time that closing may take.</summary>
    public void CutLater(Action cut) => _ = Cut(cut);

    private async Task Cut(Action cut)
    {
        await Task.Delay(TimeSpan.FromSeconds(Options.CloseSecondsMax), clock);
        cut();
    }

    private sealed class Slot(SemaphoreSlim slots) : IDisposable
    {
        public void Dispose() => slots.Release();
    }
}
