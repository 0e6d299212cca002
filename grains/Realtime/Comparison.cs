namespace OrleansSocial.Realtime;

/// <summary>How far the pushes to one person were compared with the tables, and when they are compared again.</summary>
/// <param name="pushed">What was pushed since.</param>
/// <param name="now">The present.</param>
internal sealed class Comparison(PushedEvents pushed, DateTimeOffset now)
{
    private DateTimeOffset _lastAt = now;
    private DateTimeOffset? _dueAt;
    private bool _hurried;

    /// <summary>Up to here everything was handed out; null until a connection has read to its end.</summary>
    public CursorToken? Since { get; set; }

    /// <summary>What was pushed since.</summary>
    public PushedEvents Pushed { get; } = pushed;

    /// <summary>A comparison is under way.</summary>
    public bool Running { get; private set; }

    /// <summary>Notes a push. True when the next comparison is due earlier because of it.</summary>
    public bool Note(LiveEvent happened, DateTimeOffset now, RealtimeOptions options)
    {
        Pushed.Add(happened);
        var first = _dueAt is null;
        var hurry = Pushed.Full && !_hurried;
        _dueAt ??= now + TimeSpan.FromSeconds(options.VerifySeconds);
        if (hurry) (_dueAt, _hurried) = (now, true);
        return first || hurry;
    }

    /// <summary>When the next comparison is due: soon after a push, and from time to time without one.</summary>
    public DateTimeOffset DueAt(RealtimeOptions options) => _dueAt ?? _lastAt + TimeSpan.FromSeconds(options.VerifyIdleSeconds);

    /// <summary>Begins a comparison: pushes from here on ask for another.</summary>
    public void Begin()
    {
        (Running, _dueAt) = (true, null);
        Pushed.BeginCompare();
    }

    /// <summary>Puts the comparison off after it could not be made.</summary>
    public void Postpone(DateTimeOffset now, RealtimeOptions options)
        => (Running, _dueAt) = (false, now + TimeSpan.FromSeconds(options.VerifySeconds));

    /// <summary>Ends a comparison. What lies at or above the next horizon is seen by the following one again, which is then due.</summary>
    public void End(ChangePage page, DateTimeOffset now, RealtimeOptions options)
    {
        var settled = 0;
        while (settled < page.Changes.Count && page.Changes[settled].Xid < page.Next.Horizon) settled++;
        Pushed.EndCompare(page.Changes, settled);
        (Running, _hurried, _lastAt, Since) = (false, false, now, page.Next);
        if (settled < page.Changes.Count) _dueAt ??= now + TimeSpan.FromSeconds(options.VerifySeconds);
    }
}
