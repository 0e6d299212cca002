namespace OrleansSocial.Verify;

/// <summary>Compares what clients were promised and saw with what the database holds. Pure; the order of lines does not matter.</summary>
public static class Checker
{
    /// <summary>Every broken promise, as one sentence each; empty when all hold.</summary>
    public static IReadOnlyList<string> Check(IReadOnlyCollection<LogLine> logs, IReadOnlyCollection<StoredRow> stored) =>
    [
        .. Numbers(stored),
        .. Keys(stored),
        .. Acknowledged(logs, stored),
        .. Receipts(logs),
        .. Phantoms(logs, stored),
        .. Converged(logs, stored),
    ];

    /// <summary>Numbers of each conversation are 1, 2, 3, … without gaps or repetition.</summary>
    private static IEnumerable<string> Numbers(IEnumerable<StoredRow> stored) =>
        from room in stored.GroupBy(r => r.Conversation)
        let numbers = room.Select(r => r.Seq).Order().ToList()
        let wrong = Enumerable.Range(0, numbers.Count).FirstOrDefault(i => numbers[i] != i + 1, -1)
        where wrong >= 0
        select $"gap: conversation {room.Key} has {numbers[wrong]} where {wrong + 1} is expected";

    /// <summary>A client key is stored once for its sender and conversation.</summary>
    private static IEnumerable<string> Keys(IEnumerable<StoredRow> stored) =>
        from rows in stored.Where(r => r.Key is not null).GroupBy(r => (r.Conversation, r.Sender, r.Key))
        where rows.Count() > 1
        select $"doubled: key {rows.Key.Key} of {rows.Key.Sender} stands {rows.Count()} times in {rows.Key.Conversation}";

    /// <summary>An acknowledged message is stored under its number, with its key and text.</summary>
    private static IEnumerable<string> Acknowledged(IEnumerable<LogLine> logs, IEnumerable<StoredRow> stored)
    {
        var rows = stored.GroupBy(r => (r.Conversation, r.Seq)).ToDictionary(g => g.Key, g => g.First());
        foreach (var ack in logs.Where(l => l.What == "ack"))
        {
            if (!rows.TryGetValue((ack.Conversation, ack.Seq), out var row))
                yield return $"lost: {ack.Client} was promised {ack.Seq} of {ack.Conversation} for key {ack.Key}";
            else if (row.Sender != ack.Client || row.Key != ack.Key || row.Text != ack.Text)
                yield return $"replaced: {ack.Seq} of {ack.Conversation} is not what {ack.Client} sent under key {ack.Key}";
        }
    }

    /// <summary>The same key gets the same number every time.</summary>
    private static IEnumerable<string> Receipts(IEnumerable<LogLine> logs) =>
        from acks in logs.Where(l => l.What == "ack").GroupBy(l => (l.Client, l.Conversation, l.Key))
        let numbers = acks.Select(a => a.Seq).Distinct().ToList()
        where numbers.Count > 1
        select $"receipts differ: key {acks.Key.Key} of {acks.Key.Client} got {string.Join(" and ", numbers)}";

    /// <summary>Nothing is stored that no client attempted.</summary>
    private static IEnumerable<string> Phantoms(IEnumerable<LogLine> logs, IEnumerable<StoredRow> stored)
    {
        var attempts = logs.Where(l => l.What == "attempt").Select(l => (l.Client, l.Conversation, l.Key, l.Text)).ToHashSet();
        return from row in stored
               where row.Key is not null && !attempts.Contains((row.Sender, row.Conversation, row.Key, row.Text))
               select $"phantom: {row.Seq} of {row.Conversation} was never sent";
    }

    /// <summary>Whoever follows a conversation has seen every entry of it, with the stored content.</summary>
    private static IEnumerable<string> Converged(IReadOnlyCollection<LogLine> logs, IEnumerable<StoredRow> stored)
    {
        var rooms = stored.GroupBy(r => r.Conversation).ToDictionary(g => g.Key, g => g.ToList());
        var seen = logs.Where(l => l.What == "seen").ToLookup(l => (l.Client, l.Conversation));
        foreach (var follower in logs.Where(l => l.What == "member").Select(l => (l.Client, l.Conversation)).Distinct())
        {
            var entries = seen[follower].GroupBy(l => l.Seq).ToDictionary(g => g.Key, g => g.Last());
            foreach (var row in rooms.GetValueOrDefault(follower.Conversation, []))
            {
                if (!entries.TryGetValue(row.Seq, out var entry))
                    yield return $"missed: {follower.Client} never saw {row.Seq} of {row.Conversation}";
                else if (row.Key is not null && (entry.Key != row.Key || entry.Text != row.Text || entry.Sender != row.Sender))
                    yield return $"differs: {follower.Client} saw another {row.Seq} of {row.Conversation} than is stored";
            }
        }
    }
}
