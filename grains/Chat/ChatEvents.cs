using System.Runtime.CompilerServices;

namespace OrleansSocial.Chat;

/// <summary>What members hear of a conversation, live and again from their cursor: one event for one fact, however it is told.</summary>
/// <remarks>
/// A topic with a number and a version recognises an event that comes twice, so facts that are numbered differently have topics
/// of their own: entries by their number, joining and leaving by the entry that records it, each member's read marker by where it stands.
/// </remarks>
internal static class ChatEvents
{
    private static readonly Guid s_joinings = new("5f0a3c1e-6d0b-4a51-9d7e-2f6c1b7a9e01");
    private static readonly Guid s_leavings = new("b1c94d02-3f7e-4c7d-8a46-7e15d0c38b02");

    /// <summary>That an entry came to be is version 1, whatever became of it: who heard of that recognises it, and a later version is told as a change.</summary>
    public static LiveEvent Created(MessageView message) => ChatLive.MessageCreated.Of(message, message.Conversation, message.Seq);

    public static LiveEvent Changed(MessageView message) => ChatLive.MessageChanged.Of(message, message.Conversation, message.Seq, message.Version);

    public static LiveEvent Joined(JoinedNotice joined, long seq) => ChatLive.ConversationJoined.Of(joined, Mix(joined.Conversation, s_joinings), seq);

    public static LiveEvent Left(ConversationId conversation, long seq) =>
        ChatLive.ConversationLeft.Of(new LeftNotice(conversation), Mix(conversation, s_leavings), seq);

    public static LiveEvent Read(ReadMarker marker) =>
        ChatLive.ReadMoved.Of(marker, Mix(marker.Conversation, marker.User), marker.Seq);

    public static LiveEvent Typing(TypingNotice notice) => ChatLive.Typing.Of(notice);

    /// <summary>One identifier out of two, the same from either.</summary>
    private static Guid Mix(Guid a, Guid b)
    {
        var (x, y) = (Unsafe.BitCast<Guid, UInt128>(a), Unsafe.BitCast<Guid, UInt128>(b));
        return Unsafe.BitCast<UInt128, Guid>(x ^ y);
    }
}
