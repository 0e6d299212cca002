namespace OrleansSocial.Realtime;

/// <summary>One live connection at this node.</summary>
/// <remarks>Invariants:
/// 1. A position goes out only after every event that it covers (<see cref="LivePerson"/>).
/// 2. A position goes out only once the client has been handed the end of its own catch-up; before that it could lie ahead of it.
/// 3. Positions only rise.</remarks>
internal abstract class LiveConnection(LiveNode node, LivePeople people, Caller caller) : LiveOutput(node), ILiveEnd
{
    private LivePerson? _person;
    private string? _told;
    private int _era;
    private volatile bool _subscribed;
    private bool _gone;

    /// <summary>Names this connection.</summary>
    public ConnectionId Id { get; } = Ids.New<ConnectionId>(node.Clock);

    /// <summary>Whose it is.</summary>
    public Caller Caller { get; } = caller;

    /// <summary>Whether its client has not been heard of for too long.</summary>
    public virtual bool IsSilent => false;

    /// <summary>Whether it is told what happens.</summary>
    public bool IsSubscribed => _subscribed;

    /// <summary>The people that it watches.</summary>
    public WatchList Watched { get; private set; } = WatchList.Empty;

    /// <summary>Counts it among the connections of its person, before anything is asked of it. Again: changes nothing.</summary>
    public async Task<Refusal?> Arrive()
    {
        if (_person is not null) return null;
        if (!(await people.Come(Caller.User)).TryGet(out var person, out var refusal)) return refusal;
        lock (Gate)
        {
            if (!_gone)
            {
                _person = person;
                return null;
            }
        }

        people.Leave(person);
        return null;
    }

    /// <summary>Tells it everything from here on, then reads from the client's cursor. What the answer covers is settled once it is written.</summary>
    public async Task<CatchUpAnswer> Subscribe(string? cursor)
    {
        var era = BeginAnew();
        if (await Arrive() is { } refusal) return new(null, refusal, null);
        Join();
        var read = await Node.Changes(Caller.User).Read(Caller.User, cursor, Node.Options.PageEventsMax);
        return read.TryGet(out var page, out var refused)
            ? new(page, null, page.More ? null : () => ReadToEnd(page.Cursor, era))
            : new(null, refused, null);
    }

    /// <inheritdoc/>
    public void Take(LiveEvent happened, LiveFrame frame, Outbox outbox)
    {
        if (happened.Data is PresenceNotice notice && !Watched.Note(notice)) return;
        Place(frame, outbox);
    }

    /// <inheritdoc/>
    public void Reach(string cursor, Outbox outbox)
    {
        lock (Gate)
        {
            if (_told is null || string.CompareOrdinal(cursor, _told) <= 0) return;
            _told = cursor;
        }

        Place(LiveFrame.Position(cursor), outbox);
    }

    /// <summary>Watches these people and nobody else; who of them is here now.</summary>
    public async Task<IReadOnlyList<PresenceNotice>> Watch(IReadOnlyList<UserId> users)
    {
        // Followed first, asked then: whatever changes in between is told.
        var (before, list) = (Watched, new WatchList(users));
        Watched = list;
        await people.Follow(this, before.People, users);
        return list.Begin(await people.Presence(users));
    }

    /// <summary>Asks whether the watched people are here, and tells of those who are not as was told.</summary>
    /// <param name="certain">False while nodes enrol: whoever seems gone may not be known yet.</param>
    public async Task RenewWatched(bool certain)
    {
        var watched = Watched;
        if (Closed || watched.People.Count == 0) return;
        foreach (var notice in await people.Presence([.. watched.People]))
            if ((notice.Online || certain) && watched.Note(notice))
                Enqueue(LiveFrame.Of(PresenceLive.Moved.Of(notice)));
    }

    /// <summary>Forgets the connection everywhere.</summary>
    public void Leave()
    {
        LivePerson? person;
        lock (Gate) (person, _person, _gone, _subscribed) = (_person, null, true, false);
        Silence();
        if (Watched.People.Count > 0) _ = people.Follow(this, Watched.People, []);
        if (person is null) return;
        person.Remove(this);
        people.Leave(person);
    }

    /// <summary>The client reads for itself from here on: it is told no position before it has come to its end.</summary>
    protected int BeginAnew()
    {
        lock (Gate)
        {
            _told = null;
            return ++_era;
        }
    }

    /// <summary>Takes note that the client was handed everything before a cursor, and tells it positions from here on.</summary>
    protected void ReadToEnd(string cursor, int era)
    {
        lock (Gate)
        {
            if (_era != era) return;
            _told = cursor;
        }

        _person?.StandsAt(cursor);
    }

    private void Join()
    {
        LivePerson? person;
        lock (Gate) person = _person;
        if (person is null) return;
        person.Add(this);
        _subscribed = true;

        // It may have gone meanwhile.
        lock (Gate)
            if (_person is not null)
                return;
        person.Remove(this);
    }

    private void Place(LiveFrame frame, Outbox outbox)
    {
        bool drains;
        lock (Gate) drains = Place(frame);
        if (drains) outbox.Add(this);
    }
}
