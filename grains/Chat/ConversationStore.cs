using Npgsql;

namespace OrleansSocial.Chat;

/// <summary>Turns the writes of many conversations into one transaction. Gives each entry its number.</summary>
/// <remarks>
/// Numbers are given here and not when a message arrives, so that a text which turns out to be a repetition, or is refused, takes
/// none. Nothing looks for repetitions beforehand: the unique index finds them while it is written anyway, which costs an
/// insert nothing. Only when it does find one is the transaction made anew without the repetitions.
/// </remarks>
internal sealed class ConversationStore(TimeProvider clock) : IGroupCommitSql<ConversationWrite>
{
    public void Render(IReadOnlyList<ConversationWrite> writes, GroupCommitTransaction transaction)
    {
        var at = Sql.ToMicroseconds(clock.GetUtcNow());
        var texts = new List<(ConversationId, LogEntry)>(writes.Count);
        var events = new List<(ConversationId, LogEntry)>();
        var reads = new Dictionary<(ConversationId, UserId), long>();
        foreach (var write in writes)
            write.Log.Rewind();

        foreach (var write in writes)
        {
            Number(write, at);
            foreach (var entry in write.Entries)
                (entry.Kind == EntryKind.Text ? texts : events).Add((write.Log.Id, entry));

            if (write.Read is { } read)
            {
                var key = (write.Log.Id, read.User);
                reads[key] = Math.Max(read.Seq, reads.GetValueOrDefault(key));
            }

            if (!write.IsText) RenderRest(write, transaction);
        }

        if (texts.Count > 0) transaction.Add(MessageStore.Texts(texts, at), texts.Count);
        if (events.Count > 0) transaction.Add(MessageStore.Events(events, at), events.Count);
        if (reads.Count > 0) transaction.Add(MemberStore.MoveReads([.. reads.Select(r => (r.Key.Item1, r.Key.Item2, r.Value))]));
    }

    public async Task<bool> Settle(IReadOnlyList<ConversationWrite> writes, PostgresException refused, NpgsqlConnection connection)
    {
        if (refused.ConstraintName != MessageStore.ClientKeyIndex) return false;

        var texts = writes.Where(w => w.IsText).ToList();
        var found = await MessageStore.ByKeys(texts, connection);
        foreach (var (index, text) in found)
        {
            texts[index].Found = text;
            texts[index].Finish(CommitOutcome.Settled);
        }

        return found.Count > 0;
    }

    private static void Number(ConversationWrite write, DateTimeOffset at)
    {
        foreach (var entry in write.Entries)
        {
            entry.Seq = write.Log.TakeSeq();
            entry.SentAt = at;
        }
    }

    /// <summary>The rows beside the log that a write changes.</summary>
    private static void RenderRest(ConversationWrite write, GroupCommitTransaction transaction)
    {
        var id = write.Log.Id;
        void Add((NpgsqlBatchCommand Command, int Rows) touching) => transaction.Add(touching.Command, touching.Rows);

        if (write.Change is { } change) transaction.Add(MessageStore.Change(change), 1);
        foreach (var founding in write.Founded is { } founded ? MemberStore.Found(founded, write.Founder) : [])
            Add(founding);

        if (write.Entries.Count == 0) return;

        var joined = write.Entries.Where(e => e.Kind == EntryKind.Joined).ToList();
        if (joined.Count > 0) Add(MemberStore.Join(id, Joining(write, joined), write.Entries[^1].Seq));
        foreach (var left in write.Entries.Where(e => e.Kind == EntryKind.Left))
            Add(MemberStore.Leave(id, left.Subject!.Value, left.Seq));

        if (write.Heir is { } heir) Add(MemberStore.Promote(id, heir));
        Add(MemberStore.Touch(id, write.Entries.LastOrDefault(e => e.Kind == EntryKind.Titled)?.Text));
    }

    /// <summary>Who founds a group is its admin, as in <see cref="ConversationState.With"/>.</summary>
    private static List<Member> Joining(ConversationWrite write, List<LogEntry> joined)
    {
        var last = write.Entries[^1].Seq;
        return [.. joined.Select((entry, i) => new Member(
            entry.Subject!.Value,
            write.Founded is not null && i == 0 ? MemberRole.Admin : MemberRole.Member,
            last,
            entry.Seq))];
    }
}
