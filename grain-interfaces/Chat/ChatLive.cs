namespace OrleansSocial.Chat;

/// <summary>What the members of a conversation are told.</summary>
public static class ChatLive
{
    /// <summary>A new entry of a conversation: a text, or what changed of its members, their roles, its title or what newcomers may read.</summary>
    public static readonly LiveType<MessageView> MessageCreated = new("message.created") { IsUnbroken = true };

    /// <summary>An entry was edited or deleted; the message as it is now.</summary>
    public static readonly LiveType<MessageView> MessageChanged = new("message.changed");

    /// <summary>The person is in a conversation now: read it. What changes from then on is told by its entries.</summary>
    public static readonly LiveType<JoinedNotice> ConversationJoined = new("conversation.joined");

    /// <summary>The person is no longer in a conversation.</summary>
    public static readonly LiveType<LeftNotice> ConversationLeft = new("conversation.left");

    /// <summary>A member has read further.</summary>
    public static readonly LiveType<ReadMarker> ReadMoved = new("read.moved");

    /// <summary>A member is writing. Never stored.</summary>
    public static readonly LiveType<TypingNotice> Typing = new("typing");
}

/// <summary>The person is in this conversation now.</summary>
/// <param name="Conversation">Which.</param>
/// <param name="Kind">Two people or a group.</param>
/// <param name="Title">Title of a group; null for a direct conversation.</param>
[GenerateSerializer, Immutable, Alias("chat.joined")]
public sealed record JoinedNotice(
    [property: Id(0)] ConversationId Conversation,
    [property: Id(1)] ConversationKind Kind,
    [property: Id(2)] string? Title);

/// <summary>The person is no longer in this conversation.</summary>
/// <param name="Conversation">Which.</param>
[GenerateSerializer, Immutable, Alias("realtime.left")]
public sealed record LeftNotice([property: Id(0)] ConversationId Conversation);
