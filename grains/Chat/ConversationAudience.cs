using OrleansSocial.Realtime;

namespace OrleansSocial.Chat;

/// <summary>Those who hear what happens in a conversation: its members. A lost push is repaired by the client's cursor. A record is shared by all who hear of it.</summary>
internal sealed class ConversationAudience(ILiveTeller teller, ConversationId conversation)
{
    private UserId[] _members = [];
    private Member[] _newcomers = [];
    private long _readByAllFrom;

    /// <summary>Who hears from here on.</summary>
    public void Seat(IEnumerable<Member> members)
    {
        _members = [.. members.Select(member => member.User)];
        _newcomers = [.. members.Where(member => member.HistoryFrom > 0)];
        _readByAllFrom = _newcomers.Length == 0 ? 0 : _newcomers.Max(member => member.HistoryFrom);
    }

    /// <summary>Tells what a write has changed. Who joins or leaves is told so; the others read it in the entries.</summary>
    public void Tell(ConversationWrite write, ConversationState after)
    {
        if (!write.IsText) TellMembership(write, after);
        foreach (var entry in write.Entries) TellReaders(entry.Seq, ChatEvents.Created(entry.View(conversation)), write.Origin);
        if (write.Change is { } change) TellReaders(change.View.Seq, ChatEvents.Changed(change.View));
        if (write.Read is { } marker) teller.Tell(new Audience(conversation.Value, _members), ChatEvents.Read(new(conversation, marker.User, marker.Seq)));
    }

    /// <summary>Tells the others that a member is writing.</summary>
    public void TellTyping(UserId by) => teller.Tell(new Audience(conversation.Value, _members, by), ChatEvents.Typing(new(conversation, by)));

    private void TellMembership(ConversationWrite write, ConversationState after)
    {
        foreach (var member in Joined(write, after)) TellOne(member.User, ChatEvents.Joined(new(conversation, after.Kind, after.Title), member.JoinedSeq));
        foreach (var left in write.Entries.Where(e => e.Kind == EntryKind.Left)) TellOne(left.Subject!.Value, ChatEvents.Left(conversation, left.Seq));
    }

    private static IEnumerable<Member> Joined(ConversationWrite write, ConversationState after) => write.Founded?.Kind == ConversationKind.Direct
        ? after.Members.Values
        : write.Entries.Where(e => e.Kind == EntryKind.Joined).Select(e => after.Members[e.Subject!.Value]);

    /// <summary>Tells every member who may read the entry with this number.</summary>
    private void TellReaders(long seq, LiveEvent happened, ConnectionId? origin = null)
        => teller.Tell(new Audience(conversation.Value, seq < _readByAllFrom ? ReadersOf(seq) : _members, null, origin), happened);

    private UserId[] ReadersOf(long seq)
    {
        var barred = _newcomers.Where(member => seq < member.HistoryFrom).Select(member => member.User).ToHashSet();
        return [.. _members.Where(user => !barred.Contains(user))];
    }

    private void TellOne(UserId user, LiveEvent happened) => teller.Tell(new Audience(conversation.Value, [user]), happened);
}
