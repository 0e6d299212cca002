namespace OrleansSocial.Chat;

/// <summary>One entry on its way into a conversation's order. Number and time are given when its transaction is made.</summary>
internal sealed class LogEntry(EntryKind kind, UserId sender, string text, string? clientKey = null, UserId? subject = null)
{
    public EntryKind Kind => kind;

    public UserId Sender => sender;

    public string Text => text;

    public string? ClientKey => clientKey;

    public UserId? Subject => subject;

    /// <summary>What the subject may do from here on; for one who joins or whose role changes.</summary>
    public MemberRole Role { get; init; } = kind == EntryKind.Promoted ? MemberRole.Admin : MemberRole.Member;

    /// <summary>Who joins may read what was said before.</summary>
    public bool ReadsAll { get; init; } = true;

    public long Seq { get; set; }

    public DateTimeOffset SentAt { get; set; }

    /// <summary>Who joins by this entry: nothing is unread to them up to the last one of its write.</summary>
    public Member Joining(long last) => new(subject!.Value, Role, last, Seq, ReadsAll ? 0 : Seq);

    public MessageView View(ConversationId conversation) =>
        new(conversation, Seq, kind, sender, clientKey, text, subject, SentAt, 1, null, null);
}

/// <summary>What storing a text again came upon.</summary>
internal readonly record struct StoredText(TextPrint Print, long Seq, DateTimeOffset SentAt);

/// <summary>A changed text or a deletion.</summary>
/// <param name="View">The message as it will be.</param>
/// <param name="FirstPrint">Fingerprint of the text as it was sent.</param>
internal sealed record MessageChange(MessageView View, TextPrint FirstPrint);

/// <summary>One write of a conversation: its entries, and the rows beside them that they change.</summary>
/// <remarks>
/// Entries get their numbers when their transaction is made and not when they arrive, so that a text which turns out to be a
/// repetition, or is refused, takes none.
/// </remarks>
internal sealed class ConversationWrite(Ledger conversation, ConversationId id, params LogEntry[] entries) : Write(conversation)
{
    /// <summary>Of which conversation.</summary>
    public ConversationId Conversation => id;

    /// <summary>The entries that it appends, in order.</summary>
    public IReadOnlyList<LogEntry> Entries => entries;

    /// <summary>A conversation that begins with this write: as it is before <see cref="Entries"/>.</summary>
    public ConversationState? Founded { get; init; }

    /// <summary>Who begins it.</summary>
    public UserId Founder { get; init; }

    /// <summary>A message that it changes.</summary>
    public MessageChange? Change { get; init; }

    /// <summary>A read marker that it moves.</summary>
    public (UserId User, long Seq)? Read { get; init; }

    /// <summary>The sender of the text has read everything before it, so that it is read to them as well.</summary>
    public bool IsReadBySender { get; init; }

    /// <summary>The connection that sent the text.</summary>
    public ConnectionId? Origin { get; init; }

    /// <summary>Fingerprint of the text.</summary>
    public TextPrint Print { get; init; }

    /// <summary>The text that was found under its client key, when the write ended as settled.</summary>
    public StoredText Found { get; set; }

    /// <summary>What is stored under the client key once the write has ended; null when nobody knows.</summary>
    public StoredText? Text => Outcome switch
    {
        CommitOutcome.Stored => new StoredText(Print, entries[0].Seq, entries[0].SentAt),
        CommitOutcome.Settled => Found,
        _ => null,
    };

    public bool IsText => entries is [{ Kind: EntryKind.Text }];

    public override int Chars => entries.Sum(e => e.Text.Length) + (Change?.View.Text.Length ?? 0);

    public override void Render(Rows rows)
    {
        foreach (var entry in entries)
        {
            (entry.Seq, entry.SentAt) = (Owner.TakeSeq(), rows.At);
            rows.Add(entry.Kind == EntryKind.Text ? MessageStore.Texts : MessageStore.Notices, new(this, entry));
        }

        if (IsReadBySender) rows.Add(ConversationStore.OwnReads, new(id, entries[0].Sender, entries[0].Seq));
        if (Read is { } read) rows.Add(ConversationStore.Reads, new(id, read.User, read.Seq));
        if (Change is { } change) rows.Add(MessageStore.Changes, change);
        if (!IsText) RenderMembers(rows);
    }

    private void RenderMembers(Rows rows)
    {
        if (Founded is { } founded)
        {
            rows.Add(ConversationStore.Founded, (founded, Founder));
            foreach (var member in founded.Members.Values) rows.Add(ConversationStore.Joined, new(id, member, founded.LastSeq));
        }

        if (entries.Length == 0) return;

        foreach (var entry in entries)
        {
            if (entry.Kind == EntryKind.Joined) rows.Add(ConversationStore.Joined, new(id, entry.Joining(entries[^1].Seq), entries[^1].Seq));
            if (entry.Kind == EntryKind.Left) rows.Add(ConversationStore.Left, (id, entry.Subject!.Value, entry.Seq));
            if (entry.Kind is EntryKind.Promoted or EntryKind.Demoted) rows.Add(ConversationStore.Roles, (id, entry.Subject!.Value, entry.Role));
        }

        rows.Add(ConversationStore.Touched, (id, entries.LastOrDefault(e => e.Kind == EntryKind.Titled)?.Text, ChatRules.HistoryAfter(entries)));
    }
}
