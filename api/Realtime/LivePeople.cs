using System.Collections.Concurrent;

namespace OrleansSocial.Realtime;

/// <summary>Who is live at this node and what its connections follow: here comes what the silos tell, and goes to those it concerns.</summary>
/// <remarks>Invariants:
/// 1. The silos know of each person with a connection here, and of each topic that one follows, or a comparison with the tables makes up for it.
/// 2. The JSON of an event is written once, whoever gets it.</remarks>
internal sealed class LivePeople : INodeEar
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<Guid, ILiveListener> _listeners = [];
    private readonly ConcurrentDictionary<UserId, LivePerson> _people = [];
    private readonly LiveNode _node;
    private readonly NodeWord _word;

    /// <summary>Hears what this node's word asks for.</summary>
    public LivePeople(LiveNode node, NodeWord word)
    {
        (_node, _word) = (node, word);
        word.Speak(this);
        word.Missed += FallBehind;
    }

    /// <inheritdoc/>
    public Task Hear(LiveParcel parcel)
    {
        var outbox = new Outbox();
        try
        {
            foreach (var told in parcel.Told) Hear(told, outbox);
        }
        finally
        {
            // Whoever has a place in it sends nothing before.
            outbox.Drain();
        }

        if (parcel.AllMissed) FallBehind();
        foreach (var key in parcel.Missed ?? [])
            if (_listeners.TryGetValue(key, out var listener))
                (listener as LivePerson)?.FallBehind();
        return Task.CompletedTask;
    }

    private void Hear(Told told, Outbox outbox)
    {
        LiveFrame? frame = null;
        foreach (var key in told.Keys)
            if (_listeners.TryGetValue(key, out var listener))
                listener.Hear(told, frame ??= LiveFrame.Of(told.Event), outbox);
    }

    /// <summary>Counts a connection of a person, and waits until the silos know of it.</summary>
    /// <returns>The person. Refused when they have as many in the cluster as one may have; of some that come through different nodes at one moment each may be refused.</returns>
    public async Task<Outcome<LivePerson>> Come(UserId user)
    {
        LivePerson person;
        Task<Heeded> heeded;
        lock (_gate)
        {
            person = _people.GetOrAdd(user, who => new(_node, who));
            _listeners[user.Value] = person;
            heeded = _word.Give([new(user.Value, IsPerson: true, ++person.Count)]);
        }

        try
        {
            var heard = await heeded;
            if (!heard.Complete) person.Doubt();
            if (heard.Totals.GetValueOrDefault(user.Value) <= _node.Options.ConnectionsMax) return person;
        }
        catch
        {
            Leave(person);
            throw;
        }

        Leave(person);
        return RealtimeRefusals.TooManyConnections;
    }

    /// <summary>A connection of a person has gone.</summary>
    public void Leave(LivePerson person)
    {
        lock (_gate)
        {
            if (--person.Count == 0)
            {
                _people.TryRemove(person.User, out _);
                _listeners.TryRemove(person.User.Value, out _);
            }

            _ = _word.Give([new(person.User.Value, IsPerson: true, person.Count)]);
        }
    }

    /// <summary>Lets a connection follow the coming and going of these people and of nobody else, and waits until the silos know of it.</summary>
    public Task Follow(LiveConnection connection, IReadOnlyCollection<UserId> before, IReadOnlyCollection<UserId> people)
    {
        lock (_gate)
        {
            var changes = new List<Interest>();
            foreach (var user in before.Except(people))
            {
                var key = LiveTopic.PresenceOf(user).Key;
                if (!_listeners.TryGetValue(key, out var listener) || listener is not PresenceFollowers followers) continue;
                var left = followers.Remove(connection);
                if (left == 0) _listeners.TryRemove(key, out _);
                changes.Add(new(key, IsPerson: false, left));
            }

            foreach (var user in people)
            {
                var key = LiveTopic.PresenceOf(user).Key;
                var followers = (PresenceFollowers)_listeners.GetOrAdd(key, _ => new PresenceFollowers());
                changes.Add(new(key, IsPerson: false, followers.Add(connection)));
            }

            return changes.Count == 0 ? Task.CompletedTask : _word.Give(changes);
        }
    }

    /// <summary>Who of these people is here, wherever in the cluster.</summary>
    public Task<IReadOnlyList<PresenceNotice>> Presence(IReadOnlyList<UserId> users) => _word.Nodes.Presence(users);

    /// <summary>What happened may have been missed by everybody here.</summary>
    public void FallBehind()
    {
        foreach (var (_, person) in _people) person.FallBehind();
    }

    /// <summary>Compares whom it is time to compare.</summary>
    public void CompareThoseDue()
    {
        foreach (var (_, person) in _people) person.CompareIfDue();
    }
}

/// <summary>The connections that follow one person's coming and going.</summary>
internal sealed class PresenceFollowers : ILiveListener
{
    private readonly HashSet<LiveConnection> _connections = [];

    /// <inheritdoc/>
    public void Hear(Told told, LiveFrame frame, Outbox outbox)
    {
        lock (_connections)
            foreach (var connection in _connections)
                connection.Take(told.Event, frame, outbox);
    }

    /// <summary>Adds one; how many there are then.</summary>
    public int Add(LiveConnection connection)
    {
        lock (_connections)
        {
            _connections.Add(connection);
            return _connections.Count;
        }
    }

    /// <summary>Removes one; how many are left.</summary>
    public int Remove(LiveConnection connection)
    {
        lock (_connections)
        {
            _connections.Remove(connection);
            return _connections.Count;
        }
    }
}
