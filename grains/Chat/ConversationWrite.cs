namespace OrleansSocial.Chat;

/// <summary>One entry on its way into a conversation's order. Number and time are given when its transaction is made.</summary>
internal sealed class LogEntry(EntryKind kind, UserId sender, string text, string? clientKey = null, UserId? subject = null)
{
    public EntryKind Kind => kind;

    public UserId Sender => sender;

    public string Text => text;

    public string? ClientKey => clientKey;

    public UserId? Subject => subject;

    public long Seq { get; set; }

    public DateTimeOffset SentAt { get; set; }

    public MessageView View(ConversationId conversation) =>
        new(conversation, Seq, kind, sender, clientKey, text, subject, SentAt, 1, null, null);
}

/// <summary>Where a conversation's order stands, as its writer sees it. Touched by one lane only.</summary>
/// <remarks>Invariants:
/// 1. StoredSeq is the number of the newest entry that this activation knows to be stored, and never decreases.
/// 2. A number is given only to an entry whose predecessor is stored or in the same transaction.
/// 3. Once broken it stays broken: the activation ends, and the next one reads the truth.</remarks>
internal sealed class ConversationLog(ConversationId id, long storedSeq)
{
    private volatile bool _broken;
    private long _nextSeq;

    public ConversationId Id => id;

    public long StoredSeq { get; private set; } = storedSeq;

    /// <summary>A write failed, so that memory may differ from the storage.</summary>
    public bool IsBroken => _broken;

    /// <summary>Forgets the numbers that were given to a transaction which did not come about.</summary>
    public void Rewind() => _nextSeq = StoredSeq;

    public long TakeSeq() => ++_nextSeq;

    public void Stored(long seq) => StoredSeq = Math.Max(StoredSeq, seq);

    public void Break() => _broken = true;
}

/// <summary>What storing a text again came upon.</summary>
internal readonly record struct StoredText(TextPrint Print, long Seq, DateTimeOffset SentAt);

/// <summary>A changed text or a deletion.</summary>
/// <param name="View">The message as it will be.</param>
/// <param name="FirstPrint">Fingerprint of the text as it was sent.</param>
internal sealed record MessageChange(MessageView View, TextPrint FirstPrint);

/// <summary>One write of a conversation: all of it becomes durable, or none.</summary>
internal sealed class ConversationWrite(ConversationLog log, params LogEntry[] entries) : GroupCommitWrite
{
    public ConversationLog Log => log;

    /// <summary>The entries that it appends, in order.</summary>
    public IReadOnlyList<LogEntry> Entries => entries;

    /// <summary>A conversation that begins with this write: as it is before <see cref="Entries"/>.</summary>
    public ConversationState? Founded { get; init; }

    /// <summary>Who begins it.</summary>
    public UserId Founder { get; init; }

    /// <summary>Who becomes admin by it.</summary>
    public UserId? Heir { get; init; }

    /// <summary>A message that it changes.</summary>
    public MessageChange? Change { get; init; }

    /// <summary>A read marker that it moves.</summary>
    public (UserId User, long Seq)? Read { get; init; }

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

    public override int OwnerHash => log.Id.GetHashCode();

    public override int Chars => entries.Sum(e => e.Text.Length) + (Change?.View.Text.Length ?? 0);

    public override bool IsDoomed => log.IsBroken;

    protected override void OnEnd(CommitOutcome outcome)
    {
        if (outcome == CommitOutcome.Failed) log.Break();
        if (outcome == CommitOutcome.Stored && entries.Length > 0) log.Stored(entries[^1].Seq);
    }
}
