using Orleans.Concurrency;

namespace OrleansSocial.Realtime;

/// <summary>By which a node tells every silo who has live connections at it, and what these follow. One on each silo, whatever its key: a node uses one and the same.</summary>
/// <remarks>
/// A silo keeps what a node told it for as long as the node goes on telling, if only that nothing has changed; it forgets a node that falls
/// silent for the time of a lease, or whose silo is dead. Nothing is stored: a silo that does not know how a node stands says so and is told all.
/// </remarks>
[Alias("realtime.nodes")]
public interface INodesGrain : IGrainWithIntegerKey
{
    /// <summary>Takes a change, or word that there is none. Again: changes nothing.</summary>
    /// <returns>Once each silo has it, or could not be reached within a second.</returns>
    [Alias("change"), AlwaysInterleave]
    Task<NodeStanding> Change(NodeChange change);

    /// <summary>Tells silos that do not know it how the node stands.</summary>
    [Alias("enrol"), AlwaysInterleave]
    Task Enrol(NodeRoll roll, IReadOnlyList<SiloAddress> silos);

    /// <summary>Who of these people is here, in their order.</summary>
    /// <remarks>Whoever was seen within the time that a person lingers still is, so that a reload is not a leaving.</remarks>
    [Alias("presence"), AlwaysInterleave]
    Task<IReadOnlyList<PresenceNotice>> Presence(IReadOnlyList<UserId> users);
}

/// <summary>How many connections of a node hear what happens under a key: that of a person, or of a topic.</summary>
/// <param name="Key">What they hear.</param>
/// <param name="IsPerson">The key is that of a person, whose coming and going it tells.</param>
/// <param name="Count">How many there are now; none ends it.</param>
[GenerateSerializer, Immutable, Alias("realtime.interest")]
public readonly record struct Interest([property: Id(0)] Guid Key, [property: Id(1)] bool IsPerson, [property: Id(2)] int Count);

/// <summary>A node, as silos know it.</summary>
/// <param name="Id">Which.</param>
/// <param name="Silo">The silo in the same process, if there is one: the node ends with it.</param>
/// <param name="Ear">Where the node hears.</param>
[GenerateSerializer, Immutable, Alias("realtime.node")]
public sealed record LiveNodeAddress([property: Id(0)] NodeId Id, [property: Id(1)] SiloAddress? Silo, [property: Id(2)] INodeEar Ear);

/// <summary>What has changed at a node.</summary>
/// <param name="Node">Which.</param>
/// <param name="From">The number of the change before; whoever is not there has missed some.</param>
/// <param name="To">The number of this one; the same when nothing has changed.</param>
/// <param name="Changes">What has.</param>
[GenerateSerializer, Immutable, Alias("realtime.node-change")]
public sealed record NodeChange(
    [property: Id(0)] LiveNodeAddress Node,
    [property: Id(1)] long From,
    [property: Id(2)] long To,
    [property: Id(3)] IReadOnlyList<Interest> Changes);

/// <summary>All that connections of a node hear.</summary>
/// <param name="Node">Which.</param>
/// <param name="Number">The number of the change up to which it is told.</param>
/// <param name="All">Every key with at least one connection.</param>
[GenerateSerializer, Immutable, Alias("realtime.node-roll")]
public sealed record NodeRoll([property: Id(0)] LiveNodeAddress Node, [property: Id(1)] long Number, [property: Id(2)] IReadOnlyList<Interest> All);

/// <summary>What came of a change.</summary>
/// <param name="Home">The silo that has passed it on, and from which the node hears what topics tell.</param>
/// <param name="Behind">The silos that do not know how the node stands.</param>
/// <param name="Complete">No silo was out of reach.</param>
/// <param name="Totals">For each key that has changed how many connections of the cluster hear it, as far as the home knows.</param>
[GenerateSerializer, Immutable, Alias("realtime.node-standing")]
public sealed record NodeStanding(
    [property: Id(0)] SiloAddress Home,
    [property: Id(1)] IReadOnlyList<SiloAddress> Behind,
    [property: Id(2)] bool Complete,
    [property: Id(3)] IReadOnlyList<int> Totals);
