namespace OrleansSocial.Chat;

/// <summary>Reads messages of conversations that the viewer is in now.</summary>
[Alias("chat.messages")]
public interface IMessagesGrain : IReadMany<MessageRef, MessageView>;

/// <summary>An entry of a conversation.</summary>
/// <param name="Conversation">Which conversation.</param>
/// <param name="Seq">Its number there.</param>
[GenerateSerializer, Immutable, Alias("chat.message-ref")]
public readonly record struct MessageRef([property: Id(0)] ConversationId Conversation, [property: Id(1)] long Seq);
