using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Runtime.Services;
using Orleans.Services;

namespace OrleansSocial.Realtime;

/// <summary>Passes on to every silo what a node tells. Holds nothing: each silo has its <see cref="Roster"/>.</summary>
[StatelessWorker(1)]
internal sealed class NodesGrain(IClusterMembershipService cluster, ILocalSiloDetails own, Roster roster, RosterClient others) : Grain, INodesGrain
{
    /// <inheritdoc/>
    public async Task<NodeStanding> Change(NodeChange change)
    {
        List<SiloAddress> behind = [];
        if (!roster.Apply(change, own.SiloAddress)) behind.Add(own.SiloAddress);
        var heard = await Task.WhenAll(Others().Select(silo => others.Change(silo, change, own.SiloAddress)));
        behind.AddRange(heard.Where(one => one.Has == false).Select(one => one.Silo));
        return new(own.SiloAddress, behind, heard.All(one => one.Has is not null), [.. change.Changes.Select(interest => roster.TotalOf(interest.Key))]);
    }

    /// <inheritdoc/>
    public Task Enrol(NodeRoll roll, IReadOnlyList<SiloAddress> silos)
    {
        if (silos.Contains(own.SiloAddress)) roster.Enrol(roll, own.SiloAddress);
        return Task.WhenAll(silos.Where(silo => !silo.Equals(own.SiloAddress)).Select(silo => others.Enrol(silo, roll, own.SiloAddress)));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<PresenceNotice>> Presence(IReadOnlyList<UserId> users) =>
        Task.FromResult<IReadOnlyList<PresenceNotice>>([.. users.Select(user => new PresenceNotice(user, roster.IsHere(user)))]);

    // One that is about to join hears of nodes with their next word; one that is about to leave still tells what happens there.
    private IEnumerable<SiloAddress> Others() => cluster.CurrentSnapshot.Members.Values
        .Where(member => member.Status is SiloStatus.Active or SiloStatus.ShuttingDown or SiloStatus.Stopping && !member.SiloAddress.Equals(own.SiloAddress))
        .Select(member => member.SiloAddress);
}

/// <summary>The door of a silo's roster.</summary>
[Alias("realtime.roster-service")]
internal interface IRosterService : IGrainService
{
    /// <summary>Takes a change. False when the silo does not know how the node stands.</summary>
    [Alias("change"), ResponseTimeout("00:00:01")]
    Task<bool> Change(NodeChange change, SiloAddress home);

    /// <summary>Takes all of a node.</summary>
    [Alias("enrol"), ResponseTimeout("00:00:05")]
    Task Enrol(NodeRoll roll, SiloAddress home);
}

/// <inheritdoc/>
internal sealed class RosterService(GrainId id, Silo silo, ILoggerFactory logs, Roster roster) : GrainService(id, silo, logs), IRosterService
{
    /// <inheritdoc/>
    public Task<bool> Change(NodeChange change, SiloAddress home) => Task.FromResult(roster.Apply(change, home));

    /// <inheritdoc/>
    public Task Enrol(NodeRoll roll, SiloAddress home)
    {
        roster.Enrol(roll, home);
        return Task.CompletedTask;
    }
}

/// <summary>Reaches the rosters of other silos.</summary>
internal sealed partial class RosterClient(IServiceProvider services, ILogger<RosterClient> log) : GrainServiceClient<IRosterService>(services)
{
    /// <summary>Tells a silo of a change. Whether it has it then; null when it could not be reached.</summary>
    public async Task<(SiloAddress Silo, bool? Has)> Change(SiloAddress silo, NodeChange change, SiloAddress home)
    {
        try
        {
            return (silo, await GetGrainService(silo).Change(change, home));
        }
        catch (Exception fault)
        {
            LogNotTold(silo, fault.Message);
            return (silo, null);
        }
    }

    /// <summary>Tells a silo all of a node. One that cannot be reached says again that it does not know.</summary>
    public async Task Enrol(SiloAddress silo, NodeRoll roll, SiloAddress home)
    {
        try
        {
            await GetGrainService(silo).Enrol(roll, home);
        }
        catch (Exception fault)
        {
            LogNotTold(silo, fault.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The silo {Silo} was not told of a node: {Cause}")]
    private partial void LogNotTold(SiloAddress silo, string cause);
}
