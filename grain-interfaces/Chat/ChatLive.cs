namespace OrleansSocial.Chat;

/// <summary>What the members of a conversation are told.</summary>
public static class ChatLive
{
    /// <summary>A new entry of a conversation.</summary>
    public static readonly LiveType<MessageView> MessageCreated = new("message.created") { IsUnbroken = true };

    /// <summary>An entry was edited or deleted; the message as it is now.</summary>
    public static readonly LiveType<MessageView> MessageChanged = new("message.changed");

    /// <summary>The person was added to a conversation, or its members or title changed.</summary>
    public static readonly LiveType<ConversationView> ConversationChanged = new("conversation.changed");

    /// <summary>The person is no longer in a conversation.</summary>
    public static readonly LiveType<LeftNotice> ConversationLeft = new("conversation.left");

    /// <summary>A member has read further.</summary>
    public static readonly LiveType<ReadMarker> ReadMoved = new("read.moved");

    /// <summary>A member is writing. Never stored.</summary>
    public static readonly LiveType<TypingNotice> Typing = new("typing");
}

/// <summary>The person is no longer in this conversation.</summary>
/// <param name="Conversation">Which.</param>
[GenerateSerializer, Immutable, Alias("realtime.left")]
public sealed record LeftNotice([property: Id(0)] ConversationId Conversation);
