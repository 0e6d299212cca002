namespace OrleansSocial.Kernel;

/// <summary>One signed-in device: a family of refresh tokens and the access tokens made from it.</summary>
/// <param name="Value">The identifier as a UUID.</param>
[EntityId, GenerateSerializer, Immutable, Alias("social.session-id")]
public readonly partial record struct SessionId([property: Id(0)] Guid Value);
