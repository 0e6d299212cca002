using Microsoft.Extensions.Logging;

namespace OrleansSocial.Realtime;

/// <summary>One live connection at this node: how far its person's pushes have come here, and the position that it was told.</summary>
/// <remarks>Invariants:
/// 1. A position goes out only after every event that it covers: pushes are counted, and a missing one is repaired by reading.
/// 2. A position goes out only once the client has been handed the end of its own catch-up; before that it could lie ahead of it.
/// 3. Positions only rise.
/// 4. Whenever pushes may have been missed, a reading that begins later follows: see <see cref="_behind"/>.</remarks>
internal abstract partial class LiveConnection(LiveNode node, Caller caller) : LiveOutput(node), IConnectionObserver
{
    private IConnectionObserver? _reference;
    private string? _told;
    private long _attachment;
    private long _received;
    private bool _repairing;

    // Pushes may have been missed, and no reading has begun since. Only a client that has subscribed to its end can be behind.
    private bool _behind;
    private int _era;
    private volatile bool _gone;

    /// <summary>Names this connection to the grains.</summary>
    public ConnectionId Id { get; } = Ids.New<ConnectionId>(node.Clock);

    /// <summary>Whose it is.</summary>
    public Caller Caller { get; } = caller;

    /// <summary>The people that it watches.</summary>
    public WatchList Watched { get; set; } = WatchList.Empty;

    /// <summary>True while its person's grain is meant to push to it.</summary>
    public bool Attached => _reference is not null;

    /// <summary>Its person's grain.</summary>
    public IUserStreamGrain Stream => Node.Grains.GetGrain<IUserStreamGrain>(Caller.User);

    /// <summary>Attaches, then reads from the client's cursor. What the answer covers is settled once it is written.</summary>
    public async Task<CatchUpAnswer> Subscribe(string? cursor)
    {
        int era;
        lock (Gate) (era, _told, _repairing) = (++_era, null, false);
        if (await Attach() is { } refusal) return new(null, refusal, null);
        lock (Gate) _behind = false;
        var read = await Stream.Read(cursor, Node.Options.PageEventsMax);
        if (!read.TryGet(out var page, out var refused)) return new(null, refused, null);
        return new(page, null, page.More ? null : () =>
        {
            Tell(page.Cursor, era);
            CatchUp();
        });
    }

    /// <summary>Sends the first answer of a catch-up as frames, and reads on while there is more.</summary>
    protected void Begin(CatchUp first)
    {
        if (first.Reset) Enqueue(LiveFrame.Reset(first.Cursor));
        if (first.Events.Count > 0) Enqueue(LiveFrame.Of([.. first.Events.Select(LiveFrame.Of)]));
        if (!first.Reset) Enqueue(LiveFrame.Position(first.Cursor));
        int era;
        lock (Gate) (era, _told, _repairing) = (_era, first.Cursor, first.More);
        if (first.More) _ = Repair(first.Cursor, era);
    }

    /// <summary>Attaches to the person's grain, or renews the lease. A grain that no longer knew the connection has missed pushes.</summary>
    public async Task<Refusal?> Attach()
    {
        _reference ??= Node.Grains.CreateObjectReference<IConnectionObserver>(this);
        var outcome = await Stream.Attach(Id, _reference);
        if (!outcome.TryGet(out var attachment, out var refusal))
        {
            Release();
            return refusal;
        }

        lock (Gate)
        {
            if (attachment.Id != _attachment) (_attachment, _received, _behind) = (attachment.Id, attachment.Number, true);
        }

        CatchUp();
        return null;
    }

    /// <summary>Renews the lease of an attached connection, and what it watches.</summary>
    /// <param name="watches">Whether to renew what it watches.</param>
    /// <param name="behind">Whether pushes may have been lost on their way to the person's grain.</param>
    public async Task Renew(bool watches, bool behind = false)
    {
        if (Closed || !Attached) return;
        lock (Gate) _behind |= behind;
        if (await Attach() is not null) await Close(RealtimeRefusals.Resync.Code);
        if (watches) await Task.WhenAll(Watched.People.Select(user => RenewWatch(user, certain: !behind)));

        // The connection may have gone while the lease was renewed.
        if (_gone) await Stream.Detach(Id);
    }

    /// <summary>Forgets the connection everywhere.</summary>
    public async Task Detach()
    {
        _gone = true;
        Silence();
        if (!Attached) return;
        await Stream.Detach(Id);
        Release();
    }

    /// <inheritdoc/>
    public Task Push(LiveEvent happened, long attachment, long number)
    {
        lock (Gate)
        {
            if (attachment == _attachment && number == _received + 1) _received = number;
        }

        if (happened.Data is PresenceNotice notice) Watched.Note(notice);
        Enqueue(Node.Frames.Of(happened));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task Position(string cursor, long attachment, long number)
    {
        string? told = null;
        int era;
        lock (Gate)
        {
            if (_told is null || _repairing || Closed || attachment != _attachment) return Task.CompletedTask;
            era = _era;
            if (_received >= number)
            {
                if (string.CompareOrdinal(cursor, _told) <= 0) return Task.CompletedTask;
                _told = cursor;
            }
            else
            {
                // The reading below begins after all those pushes were made, so it covers them.
                (told, _received, _repairing) = (_told, number, true);
            }
        }

        if (told is null) Enqueue(LiveFrame.Position(cursor));
        else _ = Repair(told, era);
        return Task.CompletedTask;
    }

    /// <summary>Renews watching one person, and tells when they are not as the connection was told.</summary>
    /// <param name="user">Who.</param>
    /// <param name="certain">False while grains move: whoever seems gone may not have been attached anew yet.</param>
    private async Task RenewWatch(UserId user, bool certain)
    {
        var watched = Watched;
        var notice = new PresenceNotice(user, await Node.Grains.GetGrain<IUserStreamGrain>(user).Watch(Caller.User));
        if ((notice.Online || certain) && watched.Note(notice)) Enqueue(Node.Frames.Of(new LiveEvent(LiveEventTypes.Presence, notice)));
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
            lock (Gate) (_received, _behind) = (-1, true);
            await Node.BeforeNextAttempt();
        }
        finally
        {
            lock (Gate) _repairing &= _era != era;
        }

        CatchUp();
    }

    /// <summary>Takes note that the client was handed everything before <paramref name="cursor"/>, unless it has subscribed anew since.</summary>
    private bool Tell(string cursor, int era)
    {
        lock (Gate)
        {
            if (_era != era) return false;
            _told = cursor;
            return true;
        }
    }

    private void Release()
    {
        if (Interlocked.Exchange(ref _reference, null) is { } reference) Node.Grains.DeleteObjectReference<IConnectionObserver>(reference);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A connection could not be caught up; trying again")]
    private static partial void LogNotRepaired(ILogger log, Exception cause);
}
