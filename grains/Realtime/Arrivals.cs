using Microsoft.Extensions.Logging;
using Orleans.Runtime.Services;

namespace OrleansSocial.Realtime;

/// <summary>Tells every silo of a person who has a live connection now and had none.</summary>
internal sealed partial class Arrivals(
    IClusterMembershipService cluster, ILocalSiloDetails own, LiveRoster roster, LiveRosterClient others, TimeProvider clock, ILogger<Arrivals> log)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>True when all have heard; false when one may still think that nobody is there.</summary>
    public ValueTask<bool> Tell(UserId user)
    {
        roster.Came(user);
        List<Task<bool>>? telling = null;
        foreach (var (silo, member) in cluster.CurrentSnapshot.Members)
        {
            // A silo that is about to join has asked nobody yet; one that is about to leave hears nothing any more.
            if (silo.Equals(own.SiloAddress) || member.Status is not (SiloStatus.Active or SiloStatus.ShuttingDown or SiloStatus.Stopping)) continue;
            (telling ??= []).Add(member.Status == SiloStatus.Active ? Tell(silo, user) : Task.FromResult(false));
        }

        return telling is null ? new(true) : new(All(telling));
    }

    private static async Task<bool> All(List<Task<bool>> telling) => Array.TrueForAll(await Task.WhenAll(telling), heard => heard);

    private async Task<bool> Tell(SiloAddress silo, UserId user)
    {
        try
        {
            await others.Came(silo, user).WaitAsync(s_patience, clock);
            return true;
        }
        catch (Exception fault)
        {
            LogNotTold(silo, fault.Message);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The silo {Silo} was not told of a connection: {Cause}")]
    private partial void LogNotTold(SiloAddress silo, string cause);
}

/// <summary>Reaches the rosters of other silos.</summary>
internal sealed class LiveRosterClient(IServiceProvider services) : GrainServiceClient<ILiveRosterService>(services)
{
    /// <summary>Tells one silo that somebody came.</summary>
    public Task Came(SiloAddress silo, UserId user) => GetGrainService(silo).Came(user);
}

/// <summary>The door of this silo's roster.</summary>
internal sealed class LiveRosterService(GrainId id, Silo silo, ILoggerFactory logs, LiveRoster roster) : GrainService(id, silo, logs), ILiveRosterService
{
    /// <inheritdoc/>
    public Task Came(UserId user)
    {
        roster.Came(user);
        return Task.CompletedTask;
    }
}
