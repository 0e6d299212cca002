namespace OrleansSocial.Realtime;

/// <summary>One live connection at this node: attached to its person's grain, which pushes to it, for as long as it renews its lease.</summary>
internal abstract class LiveConnection(LiveNode node, Caller caller) : LiveDelivery(node)
{
    private IConnectionObserver? _reference;
    private volatile bool _gone;

    /// <summary>Names this connection to the grains.</summary>
    public ConnectionId Id { get; } = Ids.New<ConnectionId>(node.Clock);

    /// <summary>Whose it is.</summary>
    public Caller Caller { get; } = caller;

    /// <summary>True while its person's grain is meant to push to it.</summary>
    public bool Attached => _reference is not null;

    /// <inheritdoc/>
    public override IUserStreamGrain Stream => Node.Grains.GetGrain<IUserStreamGrain>(Caller.User);

    /// <summary>Attaches, then reads from the client's cursor. What the answer covers is settled once it is written.</summary>
    public async Task<CatchUpAnswer> Subscribe(string? cursor)
    {
        var era = BeginAnew();
        if (await Attach() is { } refusal) return new(null, refusal, null);
        NoteBehind(false);
        var read = await Stream.Read(cursor, Node.Options.PageEventsMax);
        return read.TryGet(out var page, out var refused)
            ? new(page, null, page.More ? null : () => ReadToEnd(page.Cursor, era))
            : new(null, refused, null);
    }

    /// <summary>Attaches to the person's grain, or renews the lease.</summary>
    public async Task<Refusal?> Attach()
    {
        _reference ??= Node.Grains.CreateObjectReference<IConnectionObserver>(this);
        var outcome = await Stream.Attach(Id, _reference);
        if (!outcome.TryGet(out var attachment, out var refusal))
        {
            Release();
            return refusal;
        }

        Joined(attachment);
        return null;
    }

    /// <summary>Renews the lease of an attached connection, and what it watches.</summary>
    /// <param name="watches">Whether to renew what it watches.</param>
    /// <param name="behind">Whether pushes may have been lost on their way to the person's grain.</param>
    public async Task Renew(bool watches, bool behind = false)
    {
        if (Closed || !Attached) return;
        if (behind) NoteBehind(true);
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

    /// <summary>Renews watching one person, and tells when they are not as the connection was told.</summary>
    /// <param name="user">Who.</param>
    /// <param name="certain">False while grains move: whoever seems gone may not have been attached anew yet.</param>
    private async Task RenewWatch(UserId user, bool certain)
    {
        var watched = Watched;
        var notice = new PresenceNotice(user, await Node.Grains.GetGrain<IUserStreamGrain>(user).Watch(Caller.User));
        if ((notice.Online || certain) && watched.Note(notice)) Enqueue(Node.Frames.Of(PresenceLive.Moved.Of(notice)));
    }

    private void Release()
    {
        if (Interlocked.Exchange(ref _reference, null) is { } reference) Node.Grains.DeleteObjectReference<IConnectionObserver>(reference);
    }
}
