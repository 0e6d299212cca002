using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace OrleansSocial.Realtime;

/// <summary>Which nodes hold connections that hear what happens under a key: that of a person, or of a topic. Every silo knows it of all.</summary>
/// <remarks>Invariants:
/// 1. What is known of a node is what it told up to one of its numbers: a change counts only after the one before it.
/// 2. Nothing is known of a node that has been silent for the time of a lease, or whose silo is dead.
/// 3. A person is here while a node holds a connection of theirs, and for the time of lingering after the last.</remarks>
internal sealed class Roster(IOptions<RealtimeOptions> options, ILocalSiloDetails own, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<Guid, NodeSeat[]> _seats = [];
    private readonly Dictionary<NodeId, RosterNode> _nodes = [];
    private readonly ConcurrentDictionary<Guid, long> _leftAt = [];
    private readonly TimeSpan _lease = TimeSpan.FromSeconds(options.Value.LeaseSeconds);
    private readonly TimeSpan _linger = TimeSpan.FromSeconds(options.Value.PresenceLingerSeconds);

    /// <summary>How many nodes are known.</summary>
    public int Nodes
    {
        get
        {
            lock (_gate) return _nodes.Count;
        }
    }

    /// <summary>The nodes whose connections hear what happens under a key.</summary>
    public ReadOnlySpan<NodeSeat> SeatsOf(Guid key) => _seats.TryGetValue(key, out var seats) ? seats : [];

    /// <summary>Whether somebody is here.</summary>
    public bool IsHere(UserId user) => _seats.ContainsKey(user) || (_leftAt.TryGetValue(user, out var left) && clock.GetElapsedTime(left) < _linger);

    /// <summary>Takes a change of a node. False when changes before it are missing here.</summary>
    /// <param name="change">The change.</param>
    /// <param name="home">The silo that passes it on.</param>
    public bool Apply(NodeChange change, SiloAddress home)
    {
        lock (_gate)
        {
            if (!_nodes.TryGetValue(change.Node.Id, out var node))
            {
                if (change.From != 0) return false;
                _nodes.Add(change.Node.Id, node = new(change.Node, options.Value, clock));
            }

            if (node.Number != change.To)
            {
                if (node.Number != change.From) return false;
                foreach (var interest in change.Changes) Seat(node, interest);
                node.Number = change.To;
            }

            Heard(node, home);
            return true;
        }
    }

    /// <summary>Takes all of a node, whatever was known before.</summary>
    public void Enrol(NodeRoll roll, SiloAddress home)
    {
        lock (_gate)
        {
            if (!_nodes.TryGetValue(roll.Node.Id, out var node)) _nodes.Add(roll.Node.Id, node = new(roll.Node, options.Value, clock));
            else if (node.Number >= roll.Number) return;

            var held = roll.All.Select(interest => interest.Key).ToHashSet();
            foreach (var gone in node.Interests.Values.Where(interest => !held.Contains(interest.Key)).ToList()) Seat(node, gone with { Count = 0 });
            foreach (var interest in roll.All) Seat(node, interest);
            node.Number = roll.Number;
            Heard(node, home);
        }
    }

    /// <summary>How many connections hear what happens under a key.</summary>
    public int TotalOf(Guid key)
    {
        var total = 0;
        foreach (var seat in SeatsOf(key)) total += seat.Count;
        return total;
    }

    /// <summary>Forgets nodes that are silent for too long or whose silo is dead, and people who have lingered long enough.</summary>
    public void Expire(Func<SiloAddress, bool> isDead)
    {
        lock (_gate)
        {
            foreach (var node in _nodes.Values.Where(node => clock.GetElapsedTime(node.HeardAt) >= _lease || (node.Silo is { } silo && isDead(silo))).ToList())
            {
                _nodes.Remove(node.Id);
                foreach (var interest in node.Interests.Values.ToList()) Seat(node, interest with { Count = 0 });
            }

            foreach (var (key, left) in _leftAt)
            {
                if (clock.GetElapsedTime(left) < _linger || !_leftAt.TryRemove(new(key, left))) continue;
                Announce(new(key), online: false);
            }
        }
    }

    /// <summary>Tells the nodes at home here that follow a topic.</summary>
    private void Announce(UserId user, bool online)
    {
        var topic = LiveTopic.PresenceOf(user).Key;
        LiveEvent? notice = null;
        foreach (var seat in SeatsOf(topic))
            if (own.SiloAddress.Equals(seat.Node.Home))
                seat.Node.Tell(topic, notice ??= PresenceLive.Moved.Of(new PresenceNotice(user, online)), [topic], null);
    }

    private void Heard(RosterNode node, SiloAddress home)
    {
        (node.HeardAt, node.Home) = (clock.GetTimestamp(), home);
        node.TellMissed();
    }

    /// <summary>Notes how many connections of a node hear what happens under a key; whoever came or left by that is announced.</summary>
    private void Seat(RosterNode node, Interest interest)
    {
        var key = interest.Key;
        var before = SeatsOf(key);
        NodeSeat[] others = before.IsEmpty ? [] : [.. before.ToArray().Where(seat => seat.Node != node)];
        if (interest.Count > 0)
        {
            node.Interests[key] = interest;
            _seats[key] = [.. others, new NodeSeat(node, interest.Count)];
            if (interest.IsPerson && before.IsEmpty && !_leftAt.TryRemove(key, out _)) Announce(new(key), online: true);
        }
        else if (node.Interests.Remove(key))
        {
            if (others.Length > 0)
            {
                _seats[key] = others;
                return;
            }

            if (interest.IsPerson) _leftAt[key] = clock.GetTimestamp();
            _seats.TryRemove(key, out _);
        }
    }
}

/// <summary>A node at which a key is heard.</summary>
/// <param name="Node">The node.</param>
/// <param name="Count">By how many connections.</param>
internal readonly record struct NodeSeat(RosterNode Node, int Count);
