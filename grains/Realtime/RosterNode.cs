namespace OrleansSocial.Realtime;

/// <summary>A node as a silo knows it. The roster's gate guards it, but for what is told.</summary>
internal sealed class RosterNode
{
    // Events of one source go one way, those of different ones need not wait for each other.
    private readonly NodeLink[] _links;

    /// <summary>A node of which nothing is known yet.</summary>
    public RosterNode(LiveNodeAddress node, RealtimeOptions options, TimeProvider clock)
    {
        (Id, Silo) = (node.Id, node.Silo);
        _links = [.. Enumerable.Range(0, options.LinksEach).Select(_ => new NodeLink(node.Ear, options, clock))];
    }

    /// <summary>Which node.</summary>
    public NodeId Id { get; }

    /// <summary>The silo in the same process.</summary>
    public SiloAddress? Silo { get; }

    /// <summary>The number of the change up to which it is known.</summary>
    public long Number { get; set; }

    /// <summary>The silo that passes its changes on.</summary>
    public SiloAddress? Home { get; set; }

    /// <summary>When it was last heard of.</summary>
    public long HeardAt { get; set; }

    /// <summary>What its connections hear.</summary>
    public Dictionary<Guid, Interest> Interests { get; } = [];

    /// <summary>Tells it an event. Never blocks.</summary>
    public void Tell(Guid source, LiveEvent happened, IReadOnlyList<Guid> keys, ConnectionId? origin) =>
        _links[(uint)source.GetHashCode() % _links.Length].Add(new(happened, keys, origin));

    /// <summary>Tells it who may have missed something, if anybody has.</summary>
    public void TellMissed()
    {
        foreach (var link in _links) link.TellMissed();
    }
}
