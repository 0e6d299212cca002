using Microsoft.Extensions.Logging;

namespace OrleansSocial.Realtime;

/// <summary>What is handed to the client of one connection: pushes in their order, readings where pushes are missing, and the position that both have reached.</summary>
/// <remarks>Invariants:
/// 1. A position goes out only after every event that it covers: pushes go out in the order of their numbers (<see cref="PushOrder"/>),
///    and missing ones are repaired by reading.
/// 2. A position goes out only once the client has been handed the end of its own catch-up; before that it could lie ahead of it.
/// 3. Positions only rise.
/// 4. Whenever pushes may have been missed, a reading that begins later follows: see <see cref="_behind"/>.
/// 5. A push waits for those before it for a moment at most.</remarks>
internal abstract partial class LiveDelivery(LiveNode node) : LiveOutput(node), IConnectionObserver
{
    private const int HeldPushesMax = 32;

    private readonly PushOrder _order = new(HeldPushesMax);
    private string? _told;
    private bool _repairing;
    private bool _holding;

    // Pushes may have been missed, and no reading has begun since. Only a client that has subscribed to its end can be behind.
    private bool _behind;
    private int _era;

    /// <summary>The people that it watches.</summary>
    public WatchList Watched { get; set; } = WatchList.Empty;

    /// <summary>Its person's grain.</summary>
    public abstract IUserStreamGrain Stream { get; }

    /// <inheritdoc/>
    public Task Push(LiveEvent happened, long attachment, long number)
    {
        LiveFrame? first = null;
        lock (Gate)
        {
            if (_order.Take(happened, attachment, number, out var missed)) HandOut(happened, ref first);
            _behind |= missed;
            HandOutHeld(ref first);
            if (_order.Holds && !_holding) _ = LetGoLater(_order.Reached);
        }

        GoOn(first);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task Position(string cursor, long attachment, long number)
    {
        LiveFrame? first = null;
        lock (Gate)
        {
            if (attachment != _order.Attachment) return Task.CompletedTask;

            // Whatever is missing was pushed before, so a reading that begins now covers it.
            _behind |= _order.Reach(number);
            HandOutHeld(ref first);
            if (!_behind && !_repairing && _told is not null && string.CompareOrdinal(cursor, _told) > 0)
            {
                _told = cursor;
                var frame = Place(LiveFrame.Position(cursor));
                first ??= frame;
            }
        }

        GoOn(first);
        return Task.CompletedTask;
    }

    /// <summary>Lets the client read for itself from here on: it is told no position before it has come to its end.</summary>
    protected int BeginAnew()
    {
        lock (Gate)
        {
            (_told, _repairing) = (null, false);
            return ++_era;
        }
    }

    /// <summary>Takes note of the attachment of the pushes. A grain that no longer knew the connection has missed some.</summary>
    protected void Joined(Attachment attachment)
    {
        LiveFrame? first = null;
        lock (Gate)
        {
            _behind |= _order.Join(attachment.Id, attachment.Number);
            HandOutHeld(ref first);
        }

        GoOn(first);
    }

    /// <summary>Takes note that pushes may have been missed, or that a reading which covers those begins.</summary>
    protected void NoteBehind(bool behind)
    {
        lock (Gate) _behind = behind;
    }

    /// <summary>Takes note that the client was handed everything before a cursor, and tells it positions from here on.</summary>
    protected void ReadToEnd(string cursor, int era)
    {
        Tell(cursor, era);
        CatchUp();
    }

    /// <summary>Sends the first answer of a catch-up as frames, and reads on while there is more.</summary>
    protected void Begin(CatchUp answer)
    {
        if (answer.Reset) Enqueue(LiveFrame.Reset(answer.Cursor));
        if (answer.Events.Count > 0) Enqueue(LiveFrame.Of([.. answer.Events.Select(LiveFrame.Of)]));
        if (!answer.Reset) Enqueue(LiveFrame.Position(answer.Cursor));
        lock (Gate) (_told, _behind) = (answer.Cursor, _behind || answer.More);
        CatchUp();
    }

    // Under the gate, so that nothing comes between the order of the pushes and their places on the way out.
    private void HandOut(LiveEvent happened, ref LiveFrame? first)
    {
        if (happened.Data is PresenceNotice notice) Watched.Note(notice);
        var frame = Place(Node.Frames.Of(happened));
        first ??= frame;
    }

    private void HandOutHeld(ref LiveFrame? first)
    {
        while (_order.TryNext(out var happened)) HandOut(happened, ref first);
    }

    private void GoOn(LiveFrame? first)
    {
        if (first is not null) Drain(first);
        CatchUp();
    }

    /// <summary>Waits for the pushes that are missing before those that are held, and lets these go when none of them comes.</summary>
    private async Task LetGoLater(long reached)
    {
        _holding = true;
        LiveFrame? first = null;
        while (_holding)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Node.Options.HoldMillisecondsMax), Node.Clock);
            lock (Gate)
            {
                if (!_order.Holds || _order.Reached == reached)
                {
                    _behind |= _order.LetGo();
                    HandOutHeld(ref first);
                    _holding = false;
                }

                reached = _order.Reached;
            }
        }

        GoOn(first);
    }

    /// <summary>Begins a repair when pushes may have been missed and none runs.</summary>
    private void CatchUp()
    {
        string told;
        int era;
        lock (Gate)
        {
            if (!_behind || _told is null || _repairing || Closed) return;
            (told, era, _repairing) = (_told, _era, true);
        }

        _ = Repair(told, era);
    }

    /// <summary>Reads from the last position that was told, hands out what comes, and tells the position that is reached.</summary>
    /// <remarks>One repair runs at a time. It ends when the client subscribes anew: from there on the client reads for itself.</remarks>
    private async Task Repair(string cursor, int era)
    {
        try
        {
            for (var more = true; more;)
            {
                lock (Gate)
                {
                    if (_era != era) return;
                    _behind = false;
                }

                var read = await Stream.Read(cursor, Node.Options.PageEventsMax);
                if (!read.TryGet(out var page, out _) || page.Reset)
                {
                    await Close(RealtimeRefusals.Resync.Code);
                    return;
                }

                if (page.Events.Count > 0) Enqueue(LiveFrame.Of([.. page.Events.Select(LiveFrame.Of)]));
                if (!Tell(page.Cursor, era)) return;
                Enqueue(LiveFrame.Position(page.Cursor));
                (cursor, more) = (page.Cursor, page.More);
            }
        }
        catch (Exception fault)
        {
            // The client keeps its older cursor, from which the next attempt begins.
            LogNotRepaired(Node.Log, fault);
            NoteBehind(true);
            await Node.BeforeNextAttempt();
        }
        finally
        {
            lock (Gate) _repairing &= _era != era;
        }

        CatchUp();
    }

    private bool Tell(string cursor, int era)
    {
        lock (Gate)
        {
            if (_era != era) return false;
            _told = cursor;
            return true;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A connection could not be caught up; trying again")]
    private static partial void LogNotRepaired(ILogger log, Exception cause);
}
