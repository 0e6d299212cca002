namespace OrleansSocial.Realtime;

/// <summary>Sorts those who are told by the nodes that hold their connections, and tells each node once.</summary>
internal sealed class LiveTeller(Roster roster) : ILiveTeller
{
    /// <inheritdoc/>
    public void Tell(Audience to, LiveEvent happened)
    {
        // There are few nodes, and most of a conversation's people are at none.
        var nodes = default(List<(RosterNode Node, List<Guid> Keys)>);
        foreach (var user in to.People)
        {
            if (user == to.But) continue;
            foreach (var seat in roster.SeatsOf(user.Value)) KeysOf(nodes ??= [], seat.Node).Add(user.Value);
        }

        if (nodes is null) return;
        foreach (var (node, keys) in nodes) node.Tell(to.Source, happened, keys, to.Origin);
    }

    /// <inheritdoc/>
    public void Tell(LiveTopic topic, LiveEvent passing)
    {
        foreach (var seat in roster.SeatsOf(topic.Key)) seat.Node.Tell(topic.Key, passing, [topic.Key], null);
    }

    private static List<Guid> KeysOf(List<(RosterNode Node, List<Guid> Keys)> nodes, RosterNode node)
    {
        foreach (var (known, keys) in nodes)
            if (known == node)
                return keys;
        var added = new List<Guid>();
        nodes.Add((node, added));
        return added;
    }
}
