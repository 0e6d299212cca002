using System.Collections.Immutable;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>What a silo tells the store when it joins.</summary>
/// <param name="Address">Where other silos reach it, and which of its lives this is.</param>
/// <param name="Instance">Made up by the silo for this life, so that a repeated question is known from that of another silo.</param>
/// <param name="Name">Its name, for people.</param>
/// <param name="Gateway">Where clients reach it; null for nowhere.</param>
/// <param name="ServiceId">The service that its cluster runs; one cluster runs one.</param>
/// <param name="Engine">The kind of runtime; one cluster runs one.</param>
/// <param name="Protocol">What it speaks with other silos; one cluster speaks one.</param>
/// <param name="Lease">How long its lease lasts unless it is renewed.</param>
internal sealed record JoinRequest(
    SiloAddress Address, Guid Instance, string Name, SiloAddress? Gateway, string ServiceId, string Engine, int Protocol, TimeSpan Lease);

/// <summary>A member together with what only the store can say of it.</summary>
/// <param name="Member">The member.</param>
/// <param name="Expired">Whether its lease had ended when the store answered.</param>
/// <param name="Revoked">Whether other silos declared it unreachable: its lease is not renewed any more.</param>
internal sealed record MembershipEntry(Member Member, bool Expired, bool Revoked);

/// <summary>The membership of a cluster at one moment.</summary>
/// <param name="Version">Grows by one with every change of members or of their status.</param>
/// <param name="Entries">The members, in the order of their epochs.</param>
/// <param name="At">The store's clock when it answered.</param>
internal sealed record MembershipSnapshot(long Version, ImmutableArray<MembershipEntry> Entries, DateTimeOffset At)
{
    public ClusterView ToView() => new(Version, Entries.Select(e => e.Member));
}

/// <summary>How the asker's own lease stands.</summary>
internal enum LeaseState : byte
{
    /// <summary>It stands, from the moment the question was asked for the lease's length.</summary>
    Held = 1,

    /// <summary>It was removed: another silo took this one's place, or an operator removed the row.</summary>
    Gone = 2,

    /// <summary>Other silos declared this one unreachable. It is not renewed any more, and will be removed.</summary>
    Revoked = 3,
}

/// <summary>The store's answer to a silo that holds, or held, a lease.</summary>
internal sealed record LeaseReport(LeaseState State, MembershipSnapshot Snapshot);

/// <summary>The store's answer to a silo that joined.</summary>
internal sealed record JoinReport(long Epoch, MembershipSnapshot Snapshot);

/// <summary>Keeps the leases of a cluster's silos. It is the only thing that silos agree through.</summary>
/// <remarks>
/// Every operation is atomic, and happens wholly or not at all; a failed call may have happened. Every operation may be repeated:
/// the second time changes nothing that the first did not. Only the store's own clock decides whether a lease has ended.
/// </remarks>
internal interface IMembershipStore
{
    /// <summary>Something changed that other silos wait for. Raised on any thread, and not for every change; asking is the fallback.</summary>
    event Action? Changed;

    /// <summary>Where the membership is kept, for people.</summary>
    string Name { get; }

    /// <summary>Whether <see cref="MembershipSnapshot.At"/> is a time of day.</summary>
    bool HasWallClock { get; }

    /// <summary>
    /// Takes a lease as <see cref="MemberStatus.Joining"/>. A member at the same endpoint with an older generation is removed: who
    /// joins has bound the port, so that one is gone.
    /// </summary>
    /// <exception cref="OrleansConfigurationException">The silo does not belong in this cluster; the message names the remedy.</exception>
    Task<JoinReport> Join(JoinRequest request);

    /// <summary>Makes the lease last from now on for its length, and notes which view the silo has settled.</summary>
    Task<LeaseReport> Renew(SiloAddress silo, long epoch, long settled, TimeSpan lease);

    /// <summary>Changes the status of a member that holds its lease.</summary>
    Task<LeaseReport> SetStatus(SiloAddress silo, long epoch, MemberStatus status);

    /// <summary>Gives the lease back.</summary>
    Task Leave(SiloAddress silo, long epoch);

    /// <summary>
    /// Removes the members whose leases have ended, when the asker has held its own without a break for its whole length: after
    /// an outage of the store everybody has the time to renew. Waits for the durable writes that run under those leases.
    /// </summary>
    Task<LeaseReport> Evict(SiloAddress silo, long epoch, TimeSpan lease);

    /// <summary>
    /// A member cannot reach another one. Once enough members say so, <see cref="MembershipTable.Suspect"/> decides which of them
    /// is revoked.
    /// </summary>
    Task<LeaseReport> Suspect(SiloAddress silo, long epoch, SiloAddress suspect, SuspicionTerms terms);

    /// <summary>The membership as it is.</summary>
    Task<MembershipSnapshot> Read();
}

/// <summary>When suspicions lead to a revocation.</summary>
/// <param name="Votes">As many members that suspect the same one have it revoked at once.</param>
/// <param name="Patience">How long a suspicion stands before it needs no more than one of the two sides.</param>
/// <param name="Expiry">How long a suspicion counts unless it is repeated.</param>
internal readonly record struct SuspicionTerms(int Votes, TimeSpan Patience, TimeSpan Expiry);
