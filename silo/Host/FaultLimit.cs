namespace OrleansSocial.Host;

/// <summary>Lets a bug be told, stack trace and all, so many times a second: whoever finds a request that meets one cannot fill a disk with it.</summary>
internal sealed partial class FaultLimit(ILogger log, TimeProvider clock)
{
    /// <summary>How many are told in a second.</summary>
    public const int PerSecondMax = 10;

    private readonly Lock _gate = new();
    private long? _secondBeganAt;
    private int _told;

    /// <summary>Whether one more is told now. The first one that is not has a line that says so.</summary>
    public bool Admits()
    {
        bool full;
        lock (_gate)
        {
            if (_secondBeganAt is not { } began || clock.GetElapsedTime(began) >= TimeSpan.FromSeconds(1)) (_secondBeganAt, _told) = (clock.GetTimestamp(), 0);
            if (_told < PerSecondMax)
            {
                _told++;
                return true;
            }

            full = _told++ == PerSecondMax;
        }

        if (full) LogFull(PerSecondMax);
        return false;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "More than {Count} faults in a second; the others of this second are not written")]
    private partial void LogFull(int count);
}
