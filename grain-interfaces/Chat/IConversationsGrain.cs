namespace OrleansSocial.Chat;

/// <summary>Begins conversations. Key: 0.</summary>
[Alias("chat.conversations")]
public interface IConversationsGrain : IGrainWithIntegerKey
{
    /// <summary>Starts a conversation, or finds the one that two people have. With a key: again, the group that was started with it.</summary>
    /// <remarks>
    /// Nothing is found by somebody who repeats it and has left since. Other content under a key is refused. Who is not in a conversation cannot
    /// work out its identifier.
    /// </remarks>
    /// <param name="command">What is started, and by whom.</param>
    /// <param name="idempotencyKey">Names a group for its founder for ever; null for one more.</param>
    [Alias("make")]
    [Refuses(
        "chat.not_found", "request.text_not_storable", "request.label", "chat.title_length", "chat.members_count", "chat.unknown_user", "chat.too_many_conversations", "request.key_reused", "chat.too_many_invitations",
        "chat.busy")]
    Task<Outcome<Made<ConversationView>>> Create(CreateConversation command, string? idempotencyKey);
}
