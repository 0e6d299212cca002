using Microsoft.Extensions.Logging;

namespace OrleansSocial.Kernel;

/// <summary>Puts it on the board of its silo when silos come, leave and die; closes the board first of all when its own silo stops.</summary>
internal sealed partial class SiloWatch(IClusterMembershipService cluster, NewsBoard board, ILogger<SiloWatch> log) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _watching = Task.CompletedTask;

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle observer) => observer.Subscribe(nameof(SiloWatch), ServiceLifecycleStage.Active, Start, Stop);

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    /// <summary>A number for the silos that run grains and what they are about to do.</summary>
    /// <remarks>
    /// One that leaves changes it twice: when it says so, since others let go of the grains whose places it kept, and when it is gone
    /// and its own grains with it.
    /// </remarks>
    public static long NumberOf(IEnumerable<ClusterMember> members) => members
        .Where(member => member.Status is SiloStatus.Active or SiloStatus.ShuttingDown or SiloStatus.Stopping)
        .Sum(member => member.SiloAddress.GetConsistentHashCode() * (long)member.Status);

    private Task Start(CancellationToken cancellation)
    {
        _watching = Task.Run(Watch, CancellationToken.None);
        return Task.CompletedTask;
    }

    private async Task Stop(CancellationToken cancellation)
    {
        board.Close();
        await _stop.CancelAsync();
        await _watching;
    }

    private async Task Watch()
    {
        try
        {
            await foreach (var snapshot in cluster.MembershipUpdates.WithCancellation(_stop.Token)) board.NoteSilos(NumberOf(snapshot.Members.Values));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The silo stops.
        }
        catch (Exception fault)
        {
            LogBlind(fault);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "This silo no longer hears of other silos; connections whose grains move are attached anew with their next renewal")]
    private partial void LogBlind(Exception fault);
}
