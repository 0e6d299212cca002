namespace OrleansSocial.Kernel;

/// <summary>What subscribers could not handle, for an operator. Key: 0.</summary>
[Alias("kernel.parked-events")]
public interface IParkedEventsGrain : IGrainWithIntegerKey
{
    /// <summary>The events that are parked, the oldest first.</summary>
    /// <param name="subscriber">Of one subscriber; null for all.</param>
    /// <param name="limit">At most so many.</param>
    [Alias("list")]
    Task<ParkedList> List(string? subscriber, int limit);

    /// <summary>Lets a subscriber handle an event once more; it is no longer parked then.</summary>
    [Alias("replay"), Refuses("events.not_parked", "events.failed_again")]
    Task<Outcome<Done>> Replay(string subscriber, Guid id);

    /// <summary>Gives an event up: its effects will never be. Again, or when it is not parked: nothing happens.</summary>
    [Alias("discard")]
    Task<Outcome<Done>> Discard(string subscriber, Guid id);
}

/// <summary>Events that are parked.</summary>
/// <param name="Items">The oldest first.</param>
[GenerateSerializer, Immutable, Alias("kernel.parked-list")]
public sealed record ParkedList([property: Id(0)] IReadOnlyList<ParkedEventView> Items);

/// <summary>An event that a subscriber could not handle.</summary>
/// <param name="Subscriber">Who.</param>
/// <param name="Id">Names the event.</param>
/// <param name="Alias">What happened.</param>
/// <param name="Data">The event as the log holds it, as JSON.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Error">Of the last attempt.</param>
/// <param name="ParkedAt">Since when it is parked.</param>
[GenerateSerializer, Immutable, Alias("kernel.parked-event")]
public sealed record ParkedEventView(
    [property: Id(0)] string Subscriber,
    [property: Id(1)] Guid Id,
    [property: Id(2)] string Alias,
    [property: Id(3)] string Data,
    [property: Id(4)] int Attempts,
    [property: Id(5)] string Error,
    [property: Id(6)] DateTimeOffset ParkedAt);
