using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using OrleansSocial.Kernel;

namespace OrleansSocial.Membership;

/// <summary>Clears the way into the cluster: declares those members dead that certainly are, so that a newcomer need not wait for them.</summary>
/// <remarks>
/// A member is dead when its heartbeat has stood still and nothing listens any more where it did: its machine answers and refuses.
/// Whatever is less certain, or does not become so in time, is left to the votes of the cluster. And a newcomer that does not find among the members who has a
/// heartbeat does not begin a second cluster over one database.
/// </remarks>
internal sealed partial class DeadSilos(
    IMembershipTable table, FenceStore fences, ILocalSiloDetails me, IOptions<MembershipOptions> options, TimeProvider clock, ILogger<DeadSilos> log) : ILifecycleParticipant<ISiloLifecycle>
{
    // The members are known by then, and this silo is not one of them yet.
    private const int Stage = ServiceLifecycleStage.RuntimeGrainServices + 50;

    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_waitMax = TimeSpan.FromSeconds(20);

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle observer) => observer.Subscribe(nameof(DeadSilos), Stage, Clear);

    private async Task Clear(CancellationToken cancellation)
    {
        for (var since = clock.GetTimestamp(); ; await Task.Delay(s_look, clock, cancellation))
        {
            var (members, fenced) = (await table.ReadAllAsync(cancellation), await fences.All(cancellation));
            var late = clock.GetElapsedTime(since) > s_waitMax;
            if (!await Bury(members, fenced, cancellation) && !late) continue;
            if (Stranger(members, fenced) is not { } stranger) return;
            if (late) throw Refusal(stranger);
        }
    }

    /// <summary>Declares dead who is; one at a time, for each changes the table. False while somebody may still turn out to be.</summary>
    private async Task<bool> Bury(MembershipTableData members, IReadOnlyList<FencedSilo> fenced, CancellationToken cancellation)
    {
        foreach (var (entry, etag) in members.Members)
        {
            if (entry.Status == SiloStatus.Dead || entry.SiloAddress.Equals(me.SiloAddress) || !await Refuses(entry.SiloAddress.Endpoint, cancellation)) continue;
            if (fenced.Any(one => one.Silo == entry.SiloAddress.ToParsableString() && one.SilentFor < s_silence)) return false;
            if (await Declare(entry, etag, members.Version, cancellation)) LogDead(entry.SiloAddress);
            return false;
        }

        return true;
    }

    private async Task<bool> Declare(MembershipEntry entry, string etag, TableVersion version, CancellationToken cancellation)
    {
        entry.Status = SiloStatus.Dead;
        entry.AddSuspector(me.SiloAddress, clock.GetUtcNow().UtcDateTime);
        return await table.UpdateRowAsync(entry, etag, version.Next(), cancellation);
    }

    /// <summary>A silo that lives over this database and is no member of this cluster.</summary>
    private FencedSilo? Stranger(MembershipTableData members, IReadOnlyList<FencedSilo> fenced)
    {
        var known = members.Members.Where(one => one.Item1.Status != SiloStatus.Dead).Select(one => one.Item1.SiloAddress.ToParsableString()).ToHashSet();
        return fenced.FirstOrDefault(one => one.Joined && one.SilentFor < s_silence && one.Silo != me.SiloAddress.ToParsableString() && !known.Contains(one.Silo));
    }

    private StartRefusedException Refusal(FencedSilo stranger) => new(stranger.Membership == options.Value.Kind
        ? $"The silo {stranger.Silo} lives over this database and is not among the members in {options.Value.Kind}. If they were lost there, stop all silos and start them again; otherwise give this one a database of its own."
        : $"The silo {stranger.Silo} lives over this database and keeps the members of its cluster in {stranger.Membership}, this one in {options.Value.Kind}. Set ConnectionStrings__{MembershipOptions.RedisName} alike on all of them.");

    /// <summary>Whether the machine of an endpoint says that nothing listens there.</summary>
    private static async Task<bool> Refuses(IPEndPoint endpoint, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(s_connect);
        using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(endpoint, patience.Token);
            return false;
        }
        catch (SocketException fault)
        {
            return fault.SocketErrorCode == SocketError.ConnectionRefused;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The silo {Silo} is gone: nothing listens there and its heartbeat stands still")]
    private partial void LogDead(SiloAddress silo);
}
