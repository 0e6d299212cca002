using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Placement;

namespace OrleansSocial.Realtime;

/// <summary>Everything that reaches one person live. Key: user id.</summary>
/// <remarks>Invariants:
/// 1. An event that commits after a connection was attached is pushed to it: by its publisher, or else by the next comparison
///    with the tables.
/// 2. A position is offered only for a horizon up to which the tables were compared with the pushes.
/// 3. Nothing is remembered for a person without connections but who watches them.
/// A connection attaches before it reads from its cursor, so what the two hand out overlaps and never leaves a gap.
/// It lives where it is called first, which for most is the node of the connection: pushes to it then cross no wire. Whoever has
/// neither a connection nor a watcher is soon forgotten; a lease is renewed more often than that.</remarks>
[PreferLocalPlacement, CollectionAgeLimit(Minutes = 2)]
internal sealed partial class UserStreamGrain(
    ChangeStore changes, Arrivals arrivals, ClusterKey cluster, IOptions<RealtimeOptions> options, TimeProvider clock, ILogger<UserStreamGrain> log)
    : Grain, IUserStreamGrain
{
    private const int ReadMax = 500;

    private readonly Connections _connections = new(options.Value.ConnectionsMax);
    private PushReconciliation? _pushes;
    private Watchers? _watchers;
    private IGrainTimer? _timer;
    private DateTimeOffset? _wakesAt;
    private bool _announced;

    private UserId Me => new(this.GetPrimaryKey());

    /// <inheritdoc/>
    public async Task<Outcome<Attachment>> Attach(ConnectionId connection, IConnectionObserver observer)
    {
        var now = clock.GetUtcNow();
        _connections.Expire(now, Linger);
        var lease = _connections.Attach(connection, observer, now + Seconds(options.Value.LeaseSeconds), static () => Random.Shared.NextInt64(1, long.MaxValue));
        if (lease is null) return RealtimeRefusals.TooManyConnections;

        if (_pushes is null)
        {
            // From here on events are pushed, and before the connection reads from its cursor every silo sends them.
            var pushes = _pushes = new(options.Value.PushedEventsMax, now);
            if (!await arrivals.Tell(Me)) pushes.Doubt(clock.GetUtcNow(), options.Value);
        }

        Announce();
        Schedule(now);
        return new Attachment(lease.Attachment, lease.Number);
    }

    /// <inheritdoc/>
    public Task Detach(ConnectionId connection)
    {
        var now = clock.GetUtcNow();
        _connections.Detach(connection, now + Linger);
        Settle(now);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<Outcome<CatchUp>> Read(string? cursor, int limit)
    {
        CursorToken? from = null;
        if (cursor is not null && !CursorToken.IsUnmarked(cursor))
        {
            if (!CursorToken.TryRead(cursor, cluster, Me, CursorToken.DayOf(clock.GetUtcNow()), out var token)) return RealtimeRefusals.BadCursor;
            from = token;
        }

        var page = await changes.Read(Me, from, Math.Clamp(limit, 1, ReadMax), CancellationToken.None);

        // Whoever has read to the end stands at this horizon: the first comparison begins here.
        if (!page.More && _pushes is { } pushes) pushes.Since ??= page.Next;
        return new CatchUp([.. page.Changes.Select(c => c.Event)], page.Next.Write(cluster, Me), page.More, page.Reset != ResetReason.None);
    }

    /// <inheritdoc/>
    public Task Deliver(LiveEvent happened, ConnectionId? except)
    {
        if (_pushes is not { } pushes) return Task.CompletedTask;

        Push(happened, except);
        if (happened.Seq is null) return Task.CompletedTask;

        var now = clock.GetUtcNow();
        if (pushes.Note(happened, now, options.Value)) Schedule(now);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<bool> Reach(LiveEvent happened, ConnectionId? except)
    {
        await Deliver(happened, except);
        return _pushes is not null;
    }

    /// <inheritdoc/>
    public Task<bool> IsOnline()
    {
        _connections.Expire(clock.GetUtcNow(), Linger);
        if (_pushes is null && _watchers is null && !_connections.Present) this.DeactivateOnIdle();
        return Task.FromResult(_connections.Present);
    }

    /// <inheritdoc/>
    public Task<bool> Watch(UserId watcher)
    {
        var now = clock.GetUtcNow();
        _watchers ??= new Watchers(options.Value.WatchersMax);
        _watchers.Add(watcher, now + Seconds(options.Value.WatchSeconds), now);
        DelayDeactivation(Seconds(options.Value.WatchSeconds));
        return IsOnline();
    }

    private TimeSpan Linger => Seconds(options.Value.PresenceLingerSeconds);

    private static TimeSpan Seconds(int count) => TimeSpan.FromSeconds(count);

    private void Push(LiveEvent happened, ConnectionId? except)
    {
        foreach (var lease in _connections)
            if (lease.Connection != except)
                lease.Push(happened);
    }

    /// <summary>Tells the watchers when the person has come or gone since they were last told.</summary>
    private void Announce()
    {
        if (_announced == _connections.Present) return;
        _announced = _connections.Present;
        if (_watchers is null) return;
        var notice = PresenceLive.Moved.Of(new PresenceNotice(Me, _announced));
        foreach (var watcher in _watchers.Present(clock.GetUtcNow()))
            _ = GrainFactory.GetGrain<IUserStreamGrain>(watcher).Deliver(notice, null);
    }

    /// <summary>Draws the consequences of connections that came or went.</summary>
    private void Settle(DateTimeOffset now)
    {
        _connections.Expire(now, Linger);
        if (_connections.Count == 0) _pushes = null;
        Announce();
        Schedule(now);
    }

    /// <summary>One timer serves leases and comparisons. It may wake too early, never too late.</summary>
    private void Schedule(DateTimeOffset now)
    {
        var next = _connections.NextExpiry;
        if (_pushes is { Running: false } pushes && pushes.DueAt(options.Value) is var due && (next is null || due < next)) next = due;
        if (next is not { } at)
        {
            _timer?.Dispose();
            (_timer, _wakesAt) = (null, null);
            return;
        }

        if (_wakesAt <= at) return;
        _wakesAt = at;
        var delay = at > now ? at - now : TimeSpan.Zero;
        if (_timer is null)
            _timer = this.RegisterGrainTimer(Wake, new GrainTimerCreationOptions(delay, Timeout.InfiniteTimeSpan) { Interleave = true });
        else
            _timer.Change(delay, Timeout.InfiniteTimeSpan);
    }

    private async Task Wake()
    {
        _wakesAt = null;
        var now = clock.GetUtcNow();
        Settle(now);
        if (_pushes is { Running: false } pushes && pushes.DueAt(options.Value) <= now)
        {
            await Compare(pushes);
            Schedule(clock.GetUtcNow());
        }
    }

    /// <summary>Reads the tables for whatever was not pushed, pushes it, and offers the position that is reached.</summary>
    private async Task Compare(PushReconciliation pushes)
    {
        if (pushes.Since is not { } since)
        {
            // No connection has read to its end yet, so none has a position to be moved.
            pushes.Postpone(clock.GetUtcNow(), options.Value);
            return;
        }

        pushes.Begin();
        ChangePage page;
        try
        {
            page = await changes.ReadUnpushed(Me, since, pushes.Runs.Now(), CancellationToken.None);
        }
        catch (Exception fault)
        {
            LogNotCompared(fault);
            pushes.Postpone(clock.GetUtcNow(), options.Value);
            return;
        }

        if (pushes != _pushes) return;
        switch (page.Reset)
        {
            case ResetReason.None:
                Hand(pushes, page);
                break;
            case ResetReason.TooMany:
                // A long transaction holds the horizon back. Positions wait for it; pushes go on.
                pushes.Postpone(clock.GetUtcNow(), options.Value);
                break;
            default:
                foreach (var lease in _connections) _ = lease.Observer.Close(RealtimeRefusals.Resync.Code);
                _connections.DetachAll(clock.GetUtcNow() + Linger);
                Settle(clock.GetUtcNow());
                break;
        }
    }

    private void Hand(PushReconciliation pushes, ChangePage page)
    {
        foreach (var change in page.Changes)
            if (!pushes.Knows(change.Event))
                Push(change.Event, null);

        pushes.End(page, clock.GetUtcNow(), options.Value);
        var cursor = page.Next.Write(cluster, Me);
        foreach (var lease in _connections) lease.Offer(cursor);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Pushes could not be compared with the tables; trying again")]
    private partial void LogNotCompared(Exception cause);
}
