namespace OrleansSocial.Realtime;

/// <summary>What is to be done with an event that comes for a person.</summary>
internal enum Arrival
{
    /// <summary>It is handed out.</summary>
    Goes,

    /// <summary>It was handed out before.</summary>
    Known,

    /// <summary>It waits until what should have come before it is read.</summary>
    Waits,

    /// <summary>It is handed out, and those that wait before it: no more may wait.</summary>
    GoesWithAll,
}

/// <summary>What was pushed to one person at this node, how far that was compared with the tables, and when it is compared again. Pure; its owner's gate guards it.</summary>
/// <remarks>Invariants:
/// 1. An event that is known was handed to every connection that there was; none is handed out twice.
/// 2. Of a topic whose numbers have no gaps none is handed out before a lower one, as long as what is missing can be read in time.
/// 3. <see cref="Since"/> is moved only to where a comparison has come: whatever lies before was handed out.</remarks>
/// <param name="options">The limits.</param>
/// <param name="now">The present.</param>
internal sealed class PushReconciliation(LiveOptions options, DateTimeOffset now)
{
    private DateTimeOffset _lastAt = now;
    private DateTimeOffset _comparedAt = now - TimeSpan.FromSeconds(options.VerifyBusySeconds);
    private DateTimeOffset? _dueAt;
    private bool _hurried;
    private bool _noted;
    private bool _followed;
    private bool _isLast;
    private DateTimeOffset _doubtedUntil;

    /// <summary>Up to here everything was handed out; null until a connection has read to its end.</summary>
    public string? Since { get; set; }

    /// <summary>What was pushed since, beside new messages that came in their order.</summary>
    public PushedEvents Pushed { get; } = new(options.PushedEventsMax);

    /// <summary>The new messages that were pushed in their order.</summary>
    public PushedRuns Runs { get; } = new(options.PushedEventsMax);

    /// <summary>A comparison is under way.</summary>
    public bool Running { get; private set; }

    /// <summary>When the next comparison is due: soon after a push, and from time to time without one.</summary>
    public DateTimeOffset DueAt => _dueAt ?? _lastAt + TimeSpan.FromSeconds(options.VerifyIdleSeconds);

    /// <summary>Whether the event was handed out.</summary>
    public bool Knows(LiveEvent happened) => Runs.Contains(happened) || Pushed.Contains(happened);

    /// <summary>Judges a stored event that comes, and notes it where it is handed out.</summary>
    /// <param name="happened">What comes.</param>
    /// <param name="waiting">How many wait already.</param>
    /// <param name="now">The present.</param>
    public Arrival Judge(LiveEvent happened, int waiting, DateTimeOffset now)
    {
        if (Knows(happened)) return Arrival.Known;

        var early = Since is not null && (waiting > 0 || Runs.IsEarly(happened));
        if (early && waiting < options.HeldPushesMax)
        {
            Hurry(now);
            return Arrival.Waits;
        }

        Note(happened, now);
        return early ? Arrival.GoesWithAll : Arrival.Goes;
    }

    /// <summary>Notes that an event is handed out.</summary>
    public void Note(LiveEvent happened, DateTimeOffset now)
    {
        _noted = true;
        if (!Runs.Add(happened)) Pushed.Add(happened);

        // While pushes go on they are compared more seldom.
        var busy = _comparedAt + TimeSpan.FromSeconds(options.VerifyBusySeconds);
        if (_isLast && busy > _dueAt) _dueAt = busy;
        _dueAt ??= Later(now + TimeSpan.FromSeconds(options.VerifySeconds), busy);
        _isLast = false;
        if (Pushed.Full && !_hurried) (_dueAt, _hurried) = (now, true);
    }

    /// <summary>Something was missed: the next comparison is due now.</summary>
    public void Hurry(DateTimeOffset now) => (_dueAt, _isLast) = (now, false);

    /// <summary>Until then an event may not be pushed without anybody's knowing, so one comparison follows the other.</summary>
    public void Doubt(DateTimeOffset now)
    {
        _doubtedUntil = now + TimeSpan.FromSeconds(options.DoubtSeconds);
        _dueAt ??= now + TimeSpan.FromSeconds(options.VerifySeconds);
    }

    /// <summary>Begins a comparison: pushes from here on ask for another.</summary>
    public void Begin()
    {
        (Running, _dueAt, _isLast, _followed, _noted) = (true, null, false, _noted, false);
        Pushed.BeginCompare();
    }

    /// <summary>Puts the comparison off after it could not be made.</summary>
    public void Postpone(DateTimeOffset now) => (Running, _dueAt) = (false, now + TimeSpan.FromSeconds(options.VerifySeconds));

    /// <summary>Ends a comparison, after what it found was handed out. What lies at or above the next position is seen by the following one again, which is then due.</summary>
    /// <remarks>What was pushed shortly before may lie there unseen, so one more comparison follows the last push.</remarks>
    public void End(Unpushed found, DateTimeOffset now)
    {
        Pushed.EndCompare(found.Events, found.Settled);
        (Running, _hurried, _lastAt, _comparedAt, Since) = (false, false, now, now, found.Cursor);
        var unsettled = found.Settled < found.Events.Count || _lastAt < _doubtedUntil;
        _isLast = _followed && !unsettled && _dueAt is null;
        if (_followed || unsettled) _dueAt ??= now + TimeSpan.FromSeconds(options.VerifySeconds);
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
