namespace OrleansSocial.Realtime;

/// <summary>How far the pushes to one person were compared with the tables, and when they are compared again.</summary>
/// <param name="countMax">How many pushes, and how many stretches of them, are remembered.</param>
/// <param name="now">The present.</param>
internal sealed class PushReconciliation(int countMax, DateTimeOffset now)
{
    private DateTimeOffset _lastAt = now;
    private DateTimeOffset? _dueAt;
    private bool _hurried;
    private bool _noted;
    private bool _followed;
    private DateTimeOffset _doubtedUntil;

    /// <summary>Up to here everything was handed out; null until a connection has read to its end.</summary>
    public CursorToken? Since { get; set; }

    /// <summary>What was pushed since, beside new messages that came in their order.</summary>
    public PushedEvents Pushed { get; } = new(countMax);

    /// <summary>The new messages that were pushed in their order.</summary>
    public PushedRuns Runs { get; } = new(countMax);

    /// <summary>Whether the event was pushed.</summary>
    public bool Knows(LiveEvent happened) => Runs.Contains(happened) || Pushed.Contains(happened);

    /// <summary>A comparison is under way.</summary>
    public bool Running { get; private set; }

    /// <summary>Notes a push. True when the next comparison is due earlier because of it.</summary>
    public bool Note(LiveEvent happened, DateTimeOffset now, RealtimeOptions options)
    {
        _noted = true;
        if (!Runs.Add(happened)) Pushed.Add(happened);
        var first = _dueAt is null;
        var hurry = Pushed.Full && !_hurried;
        _dueAt ??= now + TimeSpan.FromSeconds(options.VerifySeconds);
        if (hurry) (_dueAt, _hurried) = (now, true);
        return first || hurry;
    }

    /// <summary>Until then an event may not be pushed without anybody's knowing, so one comparison follows the other.</summary>
    public void Doubt(DateTimeOffset now, RealtimeOptions options)
    {
        _doubtedUntil = now + TimeSpan.FromSeconds(options.RosterSeconds);
        _dueAt ??= now + TimeSpan.FromSeconds(options.VerifySeconds);
    }

    /// <summary>When the next comparison is due: soon after a push, and from time to time without one.</summary>
    public DateTimeOffset DueAt(RealtimeOptions options) => _dueAt ?? _lastAt + TimeSpan.FromSeconds(options.VerifyIdleSeconds);

    /// <summary>Begins a comparison: pushes from here on ask for another.</summary>
    public void Begin()
    {
        (Running, _dueAt, _followed, _noted) = (true, null, _noted, false);
        Pushed.BeginCompare();
    }

    /// <summary>Puts the comparison off after it could not be made.</summary>
    public void Postpone(DateTimeOffset now, RealtimeOptions options)
        => (Running, _dueAt) = (false, now + TimeSpan.FromSeconds(options.VerifySeconds));

    /// <summary>Ends a comparison. What lies at or above the next horizon is seen by the following one again, which is then due.</summary>
    /// <remarks>What was pushed shortly before may lie there unseen, so one more comparison follows the last push.</remarks>
    public void End(ChangePage page, DateTimeOffset now, RealtimeOptions options)
    {
        var settled = 0;
        while (settled < page.Changes.Count && page.Changes[settled].Xid < page.Next.Horizon) settled++;
        Pushed.EndCompare(page.Changes, settled);
        (Running, _hurried, _lastAt, Since) = (false, false, now, page.Next);
        if (_followed || settled < page.Changes.Count || _lastAt < _doubtedUntil) _dueAt ??= now + TimeSpan.FromSeconds(options.VerifySeconds);
    }
}
