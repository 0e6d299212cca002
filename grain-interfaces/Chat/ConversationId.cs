namespace OrleansSocial.Chat;

/// <summary>A conversation: of two people, or a group.</summary>
/// <param name="Value">The identifier as a UUID.</param>
[EntityId, GenerateSerializer, Immutable, Alias("social.conversation-id")]
public readonly partial record struct ConversationId([property: Id(0)] Guid Value);
