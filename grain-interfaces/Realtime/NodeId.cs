namespace OrleansSocial.Realtime;

/// <summary>One process that holds live connections, from its start to its end.</summary>
/// <param name="Value">The identifier as a UUID.</param>
[EntityId, GenerateSerializer, Immutable, Alias("realtime.node-id")]
public readonly partial record struct NodeId([property: Id(0)] Guid Value);
