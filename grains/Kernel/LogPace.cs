using System.Collections.Concurrent;

namespace OrleansSocial.Kernel;

/// <summary>Keeps the log readable while many meet one trouble: of each matter a line a second.</summary>
internal sealed class LogPace(TimeProvider clock)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, long> _toldAt = [];

    /// <summary>Whether a line may be written of a matter now.</summary>
    /// <param name="matter">Of a few names, not of many identifiers: each is remembered.</param>
    public bool Allows(string matter)
    {
        var now = clock.GetTimestamp();
        if (_toldAt.TryAdd(matter, now)) return true;
        var before = _toldAt[matter];
        return clock.GetElapsedTime(before, now) >= s_pause && _toldAt.TryUpdate(matter, now, before);
    }
}
