namespace OrleansSocial.Kernel;

/// <summary>One live connection of one person: a WebSocket, an event stream or a poll.</summary>
/// <param name="Value">The identifier as a UUID.</param>
[EntityId, GenerateSerializer, Immutable, Alias("social.connection-id")]
public readonly partial record struct ConnectionId([property: Id(0)] Guid Value);
