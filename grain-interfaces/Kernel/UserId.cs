namespace OrleansSocial.Kernel;

/// <summary>A person who has an account.</summary>
/// <param name="Value">The identifier as a UUID.</param>
[EntityId, GenerateSerializer, Immutable, Alias("social.user-id")]
public readonly partial record struct UserId([property: Id(0)] Guid Value);
