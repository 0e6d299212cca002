namespace OrleansSocial.Kernel;

/// <summary>New messages of a topic that the reader has in any case: every number from <paramref name="First"/> to <paramref name="Last"/>.</summary>
/// <param name="Topic">The topic of their events.</param>
/// <param name="First">The lowest number.</param>
/// <param name="Last">The highest number.</param>
[GenerateSerializer, Immutable, Alias("social.pushed-run")]
public readonly record struct PushedRun([property: Id(0)] Guid Topic, [property: Id(1)] long First, [property: Id(2)] long Last);
