using Microsoft.Extensions.Options;
using OrleansSocial.Realtime;

namespace OrleansSocial.Host;

/// <summary>Gives memory back after a wave of connections: what their opening left behind would otherwise stay for as long as little happens.</summary>
/// <remarks>
/// One compacting collection, only when connections have grown by a quarter since the last, none came for some seconds, next to
/// nothing is allocated, and the heap is small enough for the pause to go unnoticed. A busy node collects by itself.
/// </remarks>
internal sealed class MemoryTrim(ILiveConnections connections, IOptions<NodeOptions> options, TimeProvider clock) : BackgroundService
{
    private const int ConnectionsMin = 500;
    private const int QuietSecondsMin = 5;
    private const long QuietBytesMax = 4 << 20;

    private int _countBefore;
    private int _countAtTrim;
    private int _quietSeconds;
    private long _allocatedBefore;

    /// <summary>Called every second with the number of connections; true when it is time to trim.</summary>
    public bool IsDue(int count, long allocatedBytes, long heapBytes)
    {
        var quiet = count <= _countBefore && allocatedBytes - _allocatedBefore < QuietBytesMax;
        _quietSeconds = quiet ? _quietSeconds + 1 : 0;
        (_countBefore, _allocatedBefore) = (count, allocatedBytes);
        _countAtTrim = Math.Min(_countAtTrim, count);
        if (_quietSeconds < QuietSecondsMin || count < ConnectionsMin || count < _countAtTrim * 5L / 4 + 1) return false;
        if (heapBytes > (long)options.Value.TrimHeapMiBMax << 20) return false;

        _countAtTrim = count;
        return true;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var seconds = new PeriodicTimer(TimeSpan.FromSeconds(1), clock);
        try
        {
            while (await seconds.WaitForNextTickAsync(stoppingToken))
            {
                if (IsDue(connections.Count, GC.GetTotalAllocatedBytes(), GC.GetTotalMemory(forceFullCollection: false)))
                    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }
}
