namespace OrleansSocial.Realtime;

/// <summary>How many frames a connection may send that are no calls: so many at once, and so many a second in the long run. Used by one loop alone.</summary>
internal sealed class FrameAllowance(LiveOptions options, TimeProvider clock)
{
    private double _left = options.FramesBurst;
    private long _at = clock.GetTimestamp();

    /// <summary>Takes one. False when there is none left.</summary>
    public bool Take()
    {
        var now = clock.GetTimestamp();
        _left = Math.Min(options.FramesBurst, _left + (clock.GetElapsedTime(_at, now).TotalSeconds * options.FramesPerSecond));
        _at = now;
        if (_left < 1) return false;
        _left--;
        return true;
    }
}
