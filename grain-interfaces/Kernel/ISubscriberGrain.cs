using Orleans.Concurrency;

namespace OrleansSocial.Kernel;

/// <summary>A part of a subscriber: handles the events of its share of topics. Key: the subscriber's name, a slash, and the number of the part.</summary>
[Alias("kernel.subscriber")]
public interface ISubscriberGrain : IGrainWithStringKey
{
    /// <summary>Says that there may be events, and answers at once. May be lost: the log is read from time to time.</summary>
    [Alias("wake"), AlwaysInterleave, ClusterOnly]
    Task Wake();

    /// <summary>Handles an event once more that was parked; it is no longer parked then. Again: it is not found.</summary>
    /// <param name="id">The event.</param>
    [Alias("replay"), AlwaysInterleave, ClusterOnly, Refuses("events.not_parked", "events.failed_again")]
    Task<Outcome<Done>> Replay(Guid id);
}
