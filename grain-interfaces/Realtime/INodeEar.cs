using Orleans.Concurrency;

namespace OrleansSocial.Realtime;

/// <summary>Where a process hears what concerns its live connections.</summary>
[Alias("realtime.node-ear")]
public interface INodeEar : IGrainObserver
{
    /// <summary>Takes events, and answers when its connections have them in their queues.</summary>
    /// <remarks>
    /// A silo sends a parcel after the answer to the one before, so events of one source come in order. An unanswered one is not sent again:
    /// the next one names those who may have missed something.
    /// </remarks>
    [Alias("hear"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task Hear(LiveParcel parcel);
}

/// <summary>Events for one node.</summary>
/// <param name="Told">In the order in which they are told.</param>
/// <param name="Missed">The keys that may have missed some before; null when nobody has.</param>
/// <param name="AllMissed">Too many have to name them.</param>
[GenerateSerializer, Immutable, Alias("realtime.parcel")]
public sealed record LiveParcel(
    [property: Id(0)] IReadOnlyList<Told> Told,
    [property: Id(1)] IReadOnlyList<Guid>? Missed = null,
    [property: Id(2)] bool AllMissed = false);

/// <summary>An event, and whom of a node it concerns.</summary>
/// <param name="Event">What.</param>
/// <param name="Keys">People and topics.</param>
/// <param name="Origin">The connection that knows it already.</param>
[GenerateSerializer, Immutable, Alias("realtime.told")]
public sealed record Told([property: Id(0)] LiveEvent Event, [property: Id(1)] IReadOnlyList<Guid> Keys, [property: Id(2)] ConnectionId? Origin);
