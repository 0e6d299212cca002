namespace OrleansSocial.Chat;

/// <summary>What sort of conversation.</summary>
public enum ConversationKind
{
    /// <summary>Exactly two people; there is one such conversation for each pair, and nobody joins or leaves it.</summary>
    Direct = 1,

    /// <summary>Any number of people up to the limit, with a title and admins.</summary>
    Group = 2,
}

/// <summary>What a member may do.</summary>
public enum MemberRole
{
    /// <summary>Reads, writes, leaves.</summary>
    Member = 1,

    /// <summary>Also invites and removes others, makes and unmakes admins, and changes the title and what newcomers may read.</summary>
    Admin = 2,
}

/// <summary>What those may read who join a group.</summary>
public enum HistoryChoice
{
    /// <summary>All that was ever said.</summary>
    Everything = 1,

    /// <summary>What is said from their joining on. Who comes back reads from their coming back on.</summary>
    SinceJoining = 2,
}

/// <summary>What an entry of a conversation's history is.</summary>
public enum EntryKind
{
    /// <summary>A text that a member wrote.</summary>
    Text = 1,

    /// <summary>A member was added; <see cref="MessageView.Subject"/> names who.</summary>
    Joined = 2,

    /// <summary>A member left or was removed; <see cref="MessageView.Subject"/> names who.</summary>
    Left = 3,

    /// <summary>The title changed; <see cref="MessageView.Text"/> is the new one.</summary>
    Titled = 4,

    /// <summary>A member was made an admin; <see cref="MessageView.Subject"/> names who.</summary>
    Promoted = 5,

    /// <summary>An admin was made an ordinary member; <see cref="MessageView.Subject"/> names who.</summary>
    Demoted = 6,

    /// <summary>From here on newcomers read everything.</summary>
    HistoryOpened = 7,

    /// <summary>From here on newcomers read what is said after their joining.</summary>
    HistoryClosed = 8,
}

/// <summary>Starts a conversation. Sent twice with the same id and content it does nothing the second time.</summary>
/// <param name="By">Who starts it; becomes admin of a group.</param>
/// <param name="Kind">Two people or a group.</param>
/// <param name="Title">Title of a group; null for a direct conversation.</param>
/// <param name="Others">The other members, without <paramref name="By"/>; exactly one for a direct conversation.</param>
/// <param name="History">What those may read who join the group later; everything for a direct conversation.</param>
[GenerateSerializer, Immutable, Alias("chat.create")]
public sealed record CreateConversation(
    [property: Id(0)] UserId By,
    [property: Id(1)] ConversationKind Kind,
    [property: Id(2)] string? Title,
    [property: Id(3)] IReadOnlyList<UserId> Others,
    [property: Id(4)] HistoryChoice History = HistoryChoice.Everything);

/// <summary>Changes of a group; what is null stays.</summary>
/// <param name="Title">1 to 100 characters.</param>
/// <param name="History">What those may read who join from now on.</param>
[GenerateSerializer, Immutable, Alias("chat.change")]
public sealed record ChangeConversation([property: Id(0)] string? Title, [property: Id(1)] HistoryChoice? History);

/// <summary>One text for a conversation.</summary>
/// <param name="Sender">Who sends it; must be a member when the message gets its number.</param>
/// <param name="ClientKey">1 to 64 visible ASCII characters chosen by the client, unique for the sender within the conversation, for ever.</param>
/// <param name="Text">Any Unicode that PostgreSQL can hold; 1 to the configured number of characters.</param>
/// <param name="Origin">The live connection that sends it: it gets the receipt and not the event. Null when there is none.</param>
[GenerateSerializer, Immutable, Alias("chat.send")]
public sealed record SendMessage(
    [property: Id(0)] UserId Sender,
    [property: Id(1)] string ClientKey,
    [property: Id(2)] string Text,
    [property: Id(3)] ConnectionId? Origin = null);

/// <summary>The proof that a message is durable: it has this number for ever.</summary>
/// <param name="Conversation">Where it stands.</param>
/// <param name="Seq">Its number in the conversation: 1, 2, 3, … without gaps.</param>
/// <param name="SentAt">When it was committed, UTC.</param>
[GenerateSerializer, Immutable, Alias("chat.receipt")]
public sealed record MessageReceipt(
    [property: Id(0)] ConversationId Conversation,
    [property: Id(1)] long Seq,
    [property: Id(2)] DateTimeOffset SentAt);

/// <summary>One entry of a conversation's history, as members see it.</summary>
/// <param name="Conversation">Where it stands.</param>
/// <param name="Seq">Its number in the conversation.</param>
/// <param name="Kind">Text, or what happened.</param>
/// <param name="Sender">Who wrote it or caused it.</param>
/// <param name="ClientKey">The sender's key of a text; null for other kinds.</param>
/// <param name="Text">The text; empty once deleted.</param>
/// <param name="Subject">Who joined or left, or whose role changed; null otherwise.</param>
/// <param name="SentAt">When it was committed, UTC.</param>
/// <param name="Version">1, and one more for each edit or the deletion: of two views of one entry the higher is the newer.</param>
/// <param name="EditedAt">When it was last edited, UTC; null if never.</param>
/// <param name="DeletedAt">When it was deleted, UTC; null if it stands.</param>
[GenerateSerializer, Immutable, Alias("chat.message")]
public sealed record MessageView(
    [property: Id(0)] ConversationId Conversation,
    [property: Id(1)] long Seq,
    [property: Id(2)] EntryKind Kind,
    [property: Id(3)] UserId Sender,
    [property: Id(4)] string? ClientKey,
    [property: Id(5)] string Text,
    [property: Id(6)] UserId? Subject,
    [property: Id(7)] DateTimeOffset SentAt,
    [property: Id(8)] int Version,
    [property: Id(9)] DateTimeOffset? EditedAt,
    [property: Id(10)] DateTimeOffset? DeletedAt);

/// <summary>A stretch of a conversation's history, in ascending order of numbers.</summary>
/// <param name="Entries">The entries, lowest number first.</param>
/// <param name="LastSeq">The newest number of the conversation when the page was read.</param>
/// <param name="HasBefore">There are older entries.</param>
/// <param name="HasAfter">There are newer entries.</param>
[GenerateSerializer, Immutable, Alias("chat.page")]
public sealed record MessagePage(
    [property: Id(0)] IReadOnlyList<MessageView> Entries,
    [property: Id(1)] long LastSeq,
    [property: Id(2)] bool HasBefore,
    [property: Id(3)] bool HasAfter);

/// <summary>One member of a conversation.</summary>
/// <param name="User">Who.</param>
/// <param name="Role">What they may do.</param>
/// <param name="ReadSeq">Everything up to this number is read; 0 when nothing is.</param>
/// <param name="JoinedSeq">The number that records their joining.</param>
[GenerateSerializer, Immutable, Alias("chat.member")]
public sealed record MemberView(
    [property: Id(0)] UserId User,
    [property: Id(1)] MemberRole Role,
    [property: Id(2)] long ReadSeq,
    [property: Id(3)] long JoinedSeq);

/// <summary>A conversation as its members see it.</summary>
/// <param name="Id">Which.</param>
/// <param name="Kind">Two people or a group.</param>
/// <param name="Title">Title of a group; null for a direct conversation.</param>
/// <param name="CreatedAt">When, UTC.</param>
/// <param name="LastSeq">The newest number.</param>
/// <param name="Members">Everyone who is in it now.</param>
/// <param name="History">What those may read who join from now on.</param>
[GenerateSerializer, Immutable, Alias("chat.conversation")]
public sealed record ConversationView(
    [property: Id(0)] ConversationId Id,
    [property: Id(1)] ConversationKind Kind,
    [property: Id(2)] string? Title,
    [property: Id(3)] DateTimeOffset CreatedAt,
    [property: Id(4)] long LastSeq,
    [property: Id(5)] IReadOnlyList<MemberView> Members,
    [property: Id(6)] HistoryChoice History = HistoryChoice.Everything);

/// <summary>One line of a person's list of conversations.</summary>
/// <param name="Id">Which.</param>
/// <param name="Kind">Two people or a group.</param>
/// <param name="Title">Title of a group; null for a direct conversation.</param>
/// <param name="Peer">The other person of a direct conversation; null for a group.</param>
/// <param name="MemberCount">How many are in it now.</param>
/// <param name="LastSeq">The newest number.</param>
/// <param name="ReadSeq">The reader has read up to this number.</param>
/// <param name="Unread">Texts by others that stand above the watermark: at most <see cref="UnreadMax"/>, which says that there are so many or more.</param>
/// <param name="LastEntry">The newest entry; null in an empty conversation.</param>
[GenerateSerializer, Immutable, Alias("chat.summary")]
public sealed record ConversationSummary(
    [property: Id(0)] ConversationId Id,
    [property: Id(1)] ConversationKind Kind,
    [property: Id(2)] string? Title,
    [property: Id(3)] UserId? Peer,
    [property: Id(4)] int MemberCount,
    [property: Id(5)] long LastSeq,
    [property: Id(6)] long ReadSeq,
    [property: Id(7)] long Unread,
    [property: Id(8)] MessageView? LastEntry)
{
    /// <summary>Nobody counts further than this.</summary>
    public const int UnreadMax = 100;
}

/// <summary>How far a member has read.</summary>
/// <param name="Conversation">Where.</param>
/// <param name="User">Who.</param>
/// <param name="Seq">Everything up to this number; never decreases.</param>
[GenerateSerializer, Immutable, Alias("chat.read-marker")]
public sealed record ReadMarker([property: Id(0)] ConversationId Conversation, [property: Id(1)] UserId User, [property: Id(2)] long Seq);

/// <summary>A member is writing. Never stored; forget it after a few seconds.</summary>
/// <param name="Conversation">Where.</param>
/// <param name="User">Who.</param>
[GenerateSerializer, Immutable, Alias("chat.typing")]
public sealed record TypingNotice([property: Id(0)] ConversationId Conversation, [property: Id(1)] UserId User);
