using System.Collections.Immutable;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>What a member of the cluster is doing.</summary>
internal enum MemberStatus : byte
{
    /// <summary>Holds a lease and prepares to serve; owns no grain yet.</summary>
    Joining = 1,

    /// <summary>Owns its share of the grains.</summary>
    Active = 2,

    /// <summary>Owns nothing any more, and ends the activations it still has.</summary>
    Leaving = 3,
}

/// <summary>One silo that holds a lease, as the store of the membership has it.</summary>
/// <param name="Address">Where other silos reach it, and which of its lives this is.</param>
/// <param name="Epoch">The number of its lease: never given out twice, and higher than that of every lease before it.</param>
/// <param name="Name">Its name, for people.</param>
/// <param name="Status">What it is doing.</param>
/// <param name="Settled">The newest view for which it has ended every activation that the view gives to others.</param>
/// <param name="Gateway">Where clients reach it; null for nowhere.</param>
internal sealed record Member(
    SiloAddress Address, long Epoch, string Name, MemberStatus Status, long Settled, SiloAddress? Gateway);

/// <summary>Who is a member, and so which silo owns which grain. Immutable; views are ordered by their version.</summary>
/// <remarks>
/// Every silo computes the same owner from the same view: each active member is given a number for the grain, and the highest
/// wins. A member that joins takes grains only to itself, and those of one that leaves spread over all others.
/// </remarks>
internal sealed class ClusterView
{
    private readonly Member[] _active;
    private readonly ulong[] _seeds;
    private readonly Dictionary<SiloAddress, Member> _byAddress;

    public ClusterView(long version, IEnumerable<Member> members)
    {
        Version = version;
        Members = [.. members.OrderBy(m => m.Epoch)];
        _active = [.. Members.Where(m => m.Status == MemberStatus.Active)];
        _seeds = [.. _active.Select(m => Mix((ulong)m.Epoch))];
        _byAddress = Members.ToDictionary(m => m.Address);
        IsSettled = Members.All(m => m.Settled >= version);
    }

    /// <summary>The view before any other.</summary>
    public static ClusterView None { get; } = new(0, []);

    /// <summary>Grows by one with every change of members or of their status.</summary>
    public long Version { get; }

    /// <summary>All members, the one that joined first first.</summary>
    public ImmutableArray<Member> Members { get; }

    /// <summary>The members that own grains.</summary>
    public ReadOnlySpan<Member> Active => _active;

    /// <summary>Whether every member has ended what this view gives to others: no activation is on its way.</summary>
    public bool IsSettled { get; }

    /// <summary>The member that owns a grain; null when nobody does.</summary>
    public Member? OwnerOf(GrainId grainId) => _active.Length switch
    {
        0 => null,
        1 => _active[0],
        _ => OwnerOf(grainId.GetUniformHashCode()),
    };

    /// <summary>The member at an address; null when it is none, or not any more.</summary>
    public Member? Find(SiloAddress address) => _byAddress.GetValueOrDefault(address);

    public override string ToString() => $"view {Version} of {string.Join(", ", Members.Select(m => $"{m.Address} {m.Status}"))}";

    private Member OwnerOf(uint hash)
    {
        var spread = Mix(hash);
        var best = 0;
        var highest = 0UL;
        for (var i = 0; i < _seeds.Length; i++)
        {
            var number = Mix(_seeds[i] ^ spread);
            if (number < highest) continue;
            (best, highest) = (i, number);
        }

        return _active[best];
    }

    // Every bit of the outcome depends on every bit of the input.
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
