using System.Collections.Immutable;

namespace OrleansSocial.Host;

/// <summary>Tells in a line each who joins the cluster, who leaves it, and who is declared dead.</summary>
internal sealed partial class ClusterLog(IClusterMembershipService membership, ILogger<ClusterLog> log) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var before = membership.CurrentSnapshot.Members;
        try
        {
            await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(stoppingToken))
            {
                Tell(before, snapshot.Members);
                before = snapshot.Members;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The node stops; what others do from here on, they tell.
        }
    }

    private void Tell(ImmutableDictionary<SiloAddress, ClusterMember> before, ImmutableDictionary<SiloAddress, ClusterMember> now)
    {
        foreach (var (address, silo) in now)
        {
            var was = before.GetValueOrDefault(address)?.Status ?? SiloStatus.None;
            if (was == silo.Status) continue;

            var active = now.Values.Count(member => member.Status == SiloStatus.Active);
            switch (silo.Status)
            {
                case SiloStatus.Active:
                    LogJoined(silo.Name, address, active);
                    break;
                case SiloStatus.Dead when was is SiloStatus.ShuttingDown or SiloStatus.Stopping:
                    LogLeft(silo.Name, address, active);
                    break;

                // Rows of silos that were dead before this one came are history.
                case SiloStatus.Dead when was != SiloStatus.None:
                    LogDied(silo.Name, address, active);
                    break;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Silo} at {Address} has joined the cluster; {Count} silos are active")]
    private partial void LogJoined(string silo, SiloAddress address, int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Silo} at {Address} has left the cluster; {Count} silos are active")]
    private partial void LogLeft(string silo, SiloAddress address, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Silo} at {Address} does not answer and was declared dead; {Count} silos are active")]
    private partial void LogDied(string silo, SiloAddress address, int count);
}
