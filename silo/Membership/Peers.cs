using OrleansSocial.Kernel;

namespace OrleansSocial.Membership;

/// <summary>Whether the other silos still answer this one: it asks some of them once a second.</summary>
/// <remarks>
/// A silo that is cut off from the others lives on until they declare it dead, and what its people ask for mostly lies at the others.
/// It knows of the cut long before: from then on it calls itself not ready, so that a load balancer sends people elsewhere. What still
/// comes is served as far as it can be.
/// </remarks>
internal sealed class Peers(NewsTeller teller, TimeProvider clock)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private const int AskedMax = 3;
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_silenceMax = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _stop = new();
    private Task _asking = Task.CompletedTask;
    private long _heardAt;

    /// <summary>Whether there are other silos and none of them has answered for some seconds.</summary>
    public bool AreSilent => teller.Others.Any() && clock.GetElapsedTime(Volatile.Read(ref _heardAt)) > s_silenceMax;

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle observer) => observer.Subscribe(nameof(Peers), ServiceLifecycleStage.Active, Start, Stop);

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private Task Start(CancellationToken cancellation)
    {
        Hear();
        _asking = Task.Run(Ask, CancellationToken.None);
        return Task.CompletedTask;
    }

    private async Task Stop(CancellationToken cancellation)
    {
        await _stop.CancelAsync();
        await _asking;
    }

    private void Hear() => Volatile.Write(ref _heardAt, clock.GetTimestamp());

    private async Task Ask()
    {
        using var timer = new PeriodicTimer(s_period);
        try
        {
            do
            {
                var all = teller.Others.ToArray();
                if (all.Length == 0) Hear();
                Random.Shared.Shuffle(all);
                foreach (var silo in all.Take(AskedMax)) _ = Ask(silo);
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    // However late an answer comes, it counts from when it was asked for.
    private async Task Ask(SiloAddress silo)
    {
        var askedAt = clock.GetTimestamp();
        try
        {
            await teller.Ask(silo);
            if (askedAt > Volatile.Read(ref _heardAt)) Volatile.Write(ref _heardAt, askedAt);
        }
        catch (Exception)
        {
            // No answer: that is all there is to know.
        }
    }
}
