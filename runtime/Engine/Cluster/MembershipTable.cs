using System.Globalization;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>One row of the membership.</summary>
internal sealed class MembershipRow
{
    public required SiloAddress Address { get; init; }

    public required long Epoch { get; init; }

    public required Guid Instance { get; init; }

    public required string Name { get; init; }

    public required SiloAddress? Gateway { get; init; }

    public required string ServiceId { get; init; }

    public required string Engine { get; init; }

    public required int Protocol { get; init; }

    public MemberStatus Status { get; set; } = MemberStatus.Joining;

    public long Settled { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    /// <summary>Since when the lease has stood without a break.</summary>
    public DateTimeOffset HeldSince { get; set; }

    public bool Revoked { get; set; }

    /// <summary>The members that cannot reach this one, by epoch: since when they say so, and when they last did.</summary>
    public Dictionary<long, (DateTimeOffset Since, DateTimeOffset Last)> Votes { get; init; } = [];

    public Member ToMember() => new(Address, Epoch, Name, Status, Settled, Gateway);
}

/// <summary>
/// The rules of the membership: what each operation does to the rows of a cluster. Holds no clock and does no I/O, so that every
/// store, in memory or in a database, applies the same ones.
/// </summary>
/// <remarks>
/// Invariants:
/// 1. <see cref="Version"/> grows with every change of members or of their status, and with nothing else.
/// 2. A row leaves only by its silo's own wish, by a newer silo at its endpoint, or when its lease has ended.
/// 3. No row claims to have settled a view that does not exist yet.
/// </remarks>
internal sealed class MembershipTable
{
    /// <summary>The rows by the text of their silo.</summary>
    public Dictionary<string, MembershipRow> Rows { get; init; } = [];

    public long Version { get; set; }

    /// <summary>How long after its end a lease may be removed. Not zero only to show that tests find a removal that comes too early.</summary>
    public TimeSpan EvictionMargin { get; init; } = TimeSpan.Zero;

    /// <summary>See <see cref="IMembershipStore.Join"/>.</summary>
    /// <param name="request">The silo.</param>
    /// <param name="newEpoch">Makes a number higher than every one before.</param>
    /// <param name="now">The store's clock.</param>
    public long Join(JoinRequest request, Func<long> newEpoch, DateTimeOffset now)
    {
        var key = request.Address.ToParsableString();
        if (Rows.TryGetValue(key, out var known))
        {
            // The answer to an earlier attempt was lost. The asker counts its lease from this one.
            if (known.Instance == request.Instance && Renew(request.Address, known.Epoch, 0, request.Lease, now, out _) == LeaseState.Held) return known.Epoch;
            throw new OrleansConfigurationException(
                $"Another silo is a member under the address {key} already. Give each silo an address and a port of its own.");
        }

        CheckBelongs(request, now);
        foreach (var row in Rows.Values.Where(r => r.Address.Endpoint.Equals(request.Address.Endpoint)).ToArray())
        {
            if (row.Address.Generation > request.Address.Generation && row.ExpiresAt > now)
            {
                throw new OrleansConfigurationException(
                    $"Silo {row.Address.ToParsableString()} is a member under the endpoint of {key}, and started later by its clock. Give each silo an "
                    + "address and a port of its own; if the clock of this machine went back, wait until the lease of that one has ended.");
            }

            Rows.Remove(row.Address.ToParsableString());
        }

        Version++;
        var epoch = newEpoch();
        Rows.Add(key, new MembershipRow
        {
            Address = request.Address,
            Epoch = epoch,
            Instance = request.Instance,
            Name = request.Name,
            Gateway = request.Gateway,
            ServiceId = request.ServiceId,
            Engine = request.Engine,
            Protocol = request.Protocol,
            ExpiresAt = now + request.Lease,
            HeldSince = now,
            Settled = Version, // It has no activation that could be another's.
        });
        return epoch;
    }

    /// <summary>See <see cref="IMembershipStore.Renew"/>. Answers besides whether others wait to hear of it.</summary>
    public LeaseState Renew(SiloAddress silo, long epoch, long settled, TimeSpan lease, DateTimeOffset now, out bool telling)
    {
        telling = false;
        if (Find(silo, epoch) is not { } row) return LeaseState.Gone;
        if (row.Revoked) return LeaseState.Revoked;

        if (row.ExpiresAt <= now) row.HeldSince = now;
        row.ExpiresAt = now + lease;
        var before = row.Settled;
        row.Settled = Math.Max(before, Math.Min(settled, Version));
        telling = before < Version && row.Settled == Version && Rows.Values.All(r => r.Settled == Version);
        return LeaseState.Held;
    }

    /// <summary>See <see cref="IMembershipStore.SetStatus"/>.</summary>
    public LeaseState SetStatus(SiloAddress silo, long epoch, MemberStatus status)
    {
        if (Find(silo, epoch) is not { } row) return LeaseState.Gone;
        if (row.Revoked) return LeaseState.Revoked;

        // A silo goes through its statuses once; a question that comes late does not lead it back.
        if (status <= row.Status) return LeaseState.Held;
        row.Status = status;
        Version++;
        return LeaseState.Held;
    }

    /// <summary>See <see cref="IMembershipStore.Leave"/>.</summary>
    public void Leave(SiloAddress silo, long epoch)
    {
        if (Find(silo, epoch) is null) return;
        Rows.Remove(silo.ToParsableString());
        Version++;
    }

    /// <summary>See <see cref="IMembershipStore.Evict"/>.</summary>
    public LeaseState Evict(SiloAddress silo, long epoch, TimeSpan lease, DateTimeOffset now)
    {
        if (Find(silo, epoch) is not { } row) return LeaseState.Gone;
        if (row.Revoked) return LeaseState.Revoked;
        if (row.ExpiresAt <= now || now - row.HeldSince < lease) return LeaseState.Held;

        var ended = Rows.Values.Where(r => r != row && r.ExpiresAt + EvictionMargin <= now).ToArray();
        foreach (var gone in ended) Rows.Remove(gone.Address.ToParsableString());
        if (ended.Length > 0) Version++;
        return LeaseState.Held;
    }

    /// <summary>Notes that one member cannot reach another, and decides which of them has to go.</summary>
    /// <remarks>
    /// The suspect is revoked at once when as many members suspect it as <see cref="SuspicionTerms.Votes"/> asks for. Below that, once a
    /// suspicion has stood for <see cref="SuspicionTerms.Patience"/>, one of the two sides goes: the one that is cut off from more
    /// members; when that does not tell them apart the suspect, or, where they suspect each other, the one that joined last.
    /// </remarks>
    public LeaseState Suspect(SiloAddress silo, long epoch, SiloAddress suspect, SuspicionTerms terms, DateTimeOffset now)
    {
        if (Find(silo, epoch) is not { } voter) return LeaseState.Gone;
        if (voter.Revoked) return LeaseState.Revoked;
        if (voter.ExpiresAt <= now || !Rows.TryGetValue(suspect.ToParsableString(), out var target) || target == voter) return LeaseState.Held;
        if (target.Revoked || target.ExpiresAt <= now) return LeaseState.Held;

        var since = target.Votes.TryGetValue(epoch, out var vote) && now - vote.Last <= terms.Expiry ? vote.Since : now;
        target.Votes[epoch] = (since, now);

        var live = Rows.Values.Where(r => !r.Revoked && r.ExpiresAt > now).ToDictionary(r => r.Epoch);
        if (live.Keys.Count(v => Suspects(v, target)) >= terms.Votes) target.Revoked = true;
        else if (now - since >= terms.Patience) Weaker(voter, target).Revoked = true;
        return voter.Revoked ? LeaseState.Revoked : LeaseState.Held;

        bool Suspects(long from, MembershipRow row) => row.Votes.TryGetValue(from, out var v) && now - v.Last <= terms.Expiry;

        int Cuts(MembershipRow row) => live.Values.Count(other => other != row && (Suspects(other.Epoch, row) || Suspects(row.Epoch, other)));

        MembershipRow Weaker(MembershipRow from, MembershipRow to)
        {
            var (left, right) = (Cuts(from), Cuts(to));
            if (left != right) return left > right ? from : to;
            return Suspects(to.Epoch, from) && from.Epoch > to.Epoch ? from : to;
        }
    }

    /// <summary>The members as they are.</summary>
    public MembershipSnapshot Snapshot(DateTimeOffset now) => new(
        Version, [.. Rows.Values.OrderBy(r => r.Epoch).Select(r => new MembershipEntry(r.ToMember(), r.ExpiresAt <= now, r.Revoked))], now);

    private MembershipRow? Find(SiloAddress silo, long epoch) =>
        Rows.TryGetValue(silo.ToParsableString(), out var row) && row.Epoch == epoch ? row : null;

    private void CheckBelongs(JoinRequest request, DateTimeOffset now)
    {
        foreach (var row in Rows.Values.Where(r => r.ExpiresAt > now && !r.Address.Endpoint.Equals(request.Address.Endpoint)))
        {
            var member = $"silo {row.Name} ({row.Address.ToParsableString()})";
            if (row.Engine != request.Engine)
            {
                throw new OrleansConfigurationException(
                    $"The cluster runs the engine '{row.Engine}' on {member}, and this silo is of '{request.Engine}'. One cluster runs one engine: "
                    + "stop all silos of the other one first, or give this silo a cluster id of its own.");
            }

            if (row.Protocol != request.Protocol)
            {
                throw new OrleansConfigurationException(string.Create(CultureInfo.InvariantCulture,
                    $"The cluster speaks version {row.Protocol} of the silos' protocol on {member}, and this silo speaks {request.Protocol}. "
                    + $"Stop the silos of the other version first, or give this silo a cluster id of its own."));
            }

            if (row.ServiceId != request.ServiceId)
            {
                throw new OrleansConfigurationException(
                    $"The cluster runs the service '{row.ServiceId}' on {member}, and this silo is of service '{request.ServiceId}'. "
                    + "Give both the same ClusterOptions.ServiceId, or this silo a ClusterOptions.ClusterId of its own.");
            }
        }
    }
}
