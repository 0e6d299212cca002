using System.Collections.Immutable;

namespace OrleansSocial.Chat;

/// <summary>One person in a conversation.</summary>
/// <param name="User">Who.</param>
/// <param name="Role">What they may do.</param>
/// <param name="ReadSeq">Everything up to this number is read.</param>
/// <param name="JoinedSeq">The number that records their joining; 0 in a direct conversation.</param>
/// <param name="HistoryFrom">They may read entries from this number on; 0 when they may read all.</param>
internal sealed record Member(UserId User, MemberRole Role, long ReadSeq, long JoinedSeq, long HistoryFrom = 0);

/// <summary>A conversation as it is stored: what its grain holds between two requests.</summary>
/// <remarks>Invariants, checked by <see cref="Check"/>:
/// 1. LastSeq never decreases, and is the number of the newest committed entry.
/// 2. A member's read marker and joining number lie within 0 … LastSeq; the marker never decreases.
/// 3. A direct conversation has exactly two members, no title, and no admin.
/// 4. A group has a title; unless everyone left, it has an admin.
/// 5. A member stands under their own id, and no two joined with the same number of a group.
/// 6. A member may read all, or what was said from their joining on.</remarks>
internal sealed record ConversationState(
    ConversationId Id,
    ConversationKind Kind,
    string? Title,
    DateTimeOffset CreatedAt,
    TextPrint CreationPrint,
    long Version,
    long LastSeq,
    ImmutableDictionary<UserId, Member> Members,
    HistoryChoice History = HistoryChoice.Everything) : IHasInvariants
{
    public bool IsMember(UserId user) => Members.ContainsKey(user);

    public bool IsAdmin(UserId user) => Members.TryGetValue(user, out var member) && member.Role == MemberRole.Admin;

    /// <summary>Whether this member may read the entry with this number.</summary>
    public bool MayRead(UserId user, long seq) => Members.TryGetValue(user, out var member) && seq >= member.HistoryFrom;

    /// <summary>The state after a write of this conversation that is stored.</summary>
    public ConversationState After(ConversationWrite write)
    {
        var after = With(write.Entries);
        if (write.IsReadBySender) after = after.WithRead(write.Entries[0].Sender, write.Entries[0].Seq);
        return write.Read is { } read ? after.WithRead(read.User, read.Seq) : after;
    }

    /// <summary>The state after these entries of one write, which have their numbers.</summary>
    public ConversationState With(IReadOnlyList<LogEntry> entries)
    {
        if (entries.Count == 0) return this;
        if (entries[0].Seq != LastSeq + 1)
            throw new InvalidOperationException($"Entry {entries[0].Seq} cannot follow {LastSeq} in conversation {Id}.");

        var last = entries[^1].Seq;
        if (entries is [{ Kind: EntryKind.Text }]) return this with { LastSeq = last };

        var next = this with { LastSeq = last, Version = Version + 1 };
        foreach (var entry in entries)
            next = next.WithOne(entry, last);
        return next;
    }

    /// <summary>The state after a member read up to <paramref name="seq"/>. A lower number changes nothing.</summary>
    public ConversationState WithRead(UserId user, long seq) =>
        Members.TryGetValue(user, out var member) && seq > member.ReadSeq
            ? this with { Members = Members.SetItem(user, member with { ReadSeq = seq }) }
            : this;

    /// <summary>Whether nobody would be an admin without this one.</summary>
    public bool IsLastAdmin(UserId user) => IsAdmin(user) && !Members.Values.Any(m => m.Role == MemberRole.Admin && m.User != user);

    /// <summary>Who becomes admin when <paramref name="leaver"/> is gone: the longest member, if no other admin is there. Null when nobody has to.</summary>
    public UserId? HeirOf(UserId leaver)
    {
        var rest = Members.Values.Where(m => m.User != leaver).ToList();
        return rest.Count == 0 || rest.Exists(m => m.Role == MemberRole.Admin) ? null : rest.MinBy(m => m.JoinedSeq)!.User;
    }

    public ConversationView View() => new(
        Id, Kind, Title, CreatedAt, LastSeq,
        [.. Members.Values.OrderBy(m => m.JoinedSeq).ThenBy(m => m.User.Value).Select(m => new MemberView(m.User, m.Role, m.ReadSeq, m.JoinedSeq))], History);

    /// <inheritdoc/>
    public IReadOnlyList<string> Check()
    {
        var broken = new List<string>();
        void Must(bool holds, string sentence)
        {
            if (!holds) broken.Add(sentence);
        }

        Must(LastSeq >= 0, "1. LastSeq is not negative.");
        foreach (var (user, member) in Members)
        {
            Must(member.ReadSeq >= 0 && member.ReadSeq <= LastSeq, $"2. The read marker of {user} lies within 0 and {LastSeq}.");
            Must(member.JoinedSeq >= 0 && member.JoinedSeq <= LastSeq, $"2. The joining of {user} lies within 0 and {LastSeq}.");
            Must(member.User == user, $"5. {user} stands under their own id.");
            Must(member.HistoryFrom == 0 || member.HistoryFrom == member.JoinedSeq, $"6. {user} may read all, or from their joining on.");
        }

        if (Kind == ConversationKind.Direct)
        {
            Must(Members.Count == 2, "3. A direct conversation has exactly two members.");
            Must(Title is null, "3. A direct conversation has no title.");
            Must(!Members.Values.Any(m => m.Role == MemberRole.Admin), "3. A direct conversation has no admin.");
        }
        else
        {
            Must(!string.IsNullOrEmpty(Title), "4. A group has a title.");
            Must(Members.IsEmpty || Members.Values.Any(m => m.Role == MemberRole.Admin), "4. A group with members has an admin.");
            Must(Members.Values.DistinctBy(m => m.JoinedSeq).Count() == Members.Count, "5. No two members joined a group with the same number.");
        }

        return broken;
    }

    private ConversationState WithOne(LogEntry entry, long last) => entry.Kind switch
    {
        EntryKind.Joined => this with { Members = Members.SetItem(entry.Subject!.Value, entry.Joining(last)) },
        EntryKind.Left => this with { Members = Members.Remove(entry.Subject!.Value) },
        EntryKind.Promoted or EntryKind.Demoted => this with { Members = Members.SetItem(entry.Subject!.Value, Members[entry.Subject!.Value] with { Role = entry.Role }) },
        EntryKind.Titled => this with { Title = entry.Text },
        EntryKind.HistoryOpened => this with { History = HistoryChoice.Everything },
        EntryKind.HistoryClosed => this with { History = HistoryChoice.SinceJoining },
        _ => this,
    };
}
