using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>Ends activations that nothing uses, surplus workers, and activations that a request has blocked for hours.</summary>
internal sealed class IdleCollector(
    GrainEngine engine,
    IOptions<GrainCollectionOptions> collection,
    IOptions<StatelessWorkerOptions> workers,
    IOptions<SiloMessagingOptions> messaging)
    : ILifecycleParticipant<ISiloLifecycle>
{
    // How many activations end at once. What ends at once is garbage at once: a million would stop every thread of the silo
    // for most of a second while the garbage collector walks them.
    private const int EndingMax = 256;

    private readonly List<ITimer> _timers = [];
    private int _collecting;

    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe(nameof(IdleCollector), ServiceLifecycleStage.GrainDeactivation, Start, Stop);
        lifecycle.Subscribe(nameof(GrainEngine), ServiceLifecycleStage.GrainDeactivation, static _ => Task.CompletedTask, engine.StopAsync);
    }

    /// <summary>Ends every activation that was not used for that long, whatever its own age limit, and waits for it.</summary>
    public async Task CollectAsync(TimeSpan age)
    {
        var units = (int)Math.Ceiling(Math.Clamp(age.TotalMilliseconds / CallClock.UnitMilliseconds, 0, int.MaxValue / 2));
        var now = engine.Ages.ReadNow();
        var ending = new List<Task>(EndingMax);
        foreach (var activation in engine.Classes.SelectMany(c => c.Activations))
        {
            if (activation.OfferCollection(now, units) is { } ended) ending.Add(ended);
            if (ending.Count < EndingMax) continue;
            await Task.WhenAll(ending).ConfigureAwait(false);
            ending.Clear();
        }

        await Task.WhenAll(ending).ConfigureAwait(false);
    }

    private Task Start(CancellationToken cancellationToken)
    {
        var quantum = collection.Value.CollectionQuantum;
        _timers.Add(engine.Time.CreateTimerWithoutFlow(static state => ((IdleCollector)state!).Collect(), this, quantum, quantum));
        var inspection = workers.Value.IdleWorkersInspectionPeriod;
        if (workers.Value.RemoveIdleWorkers)
            _timers.Add(engine.Time.CreateTimerWithoutFlow(static state => ((IdleCollector)state!).RemoveIdleWorkers(), this, inspection, inspection));
        return Task.CompletedTask;
    }

    private Task Stop(CancellationToken cancellationToken)
    {
        foreach (var timer in _timers) timer.Dispose();
        return Task.CompletedTask;
    }

    private void Collect()
    {
        engine.Observers.Sweep();
        Instruments.Collections.Add(1);
        if (Interlocked.Exchange(ref _collecting, 1) == 0) _ = CollectIdle();
    }

    private async Task CollectIdle()
    {
        try
        {
            var now = engine.Ages.ReadNow();
            var stuck = (int)Math.Min(messaging.Value.MaxRequestProcessingTime.TotalMilliseconds / CallClock.UnitMilliseconds, int.MaxValue);
            var ending = new List<Task>(EndingMax);
            foreach (var grainClass in engine.Classes)
            {
                var age = grainClass.CollectionAge;
                foreach (var activation in grainClass.Activations)
                {
                    // Times of use are up to a second older than they seem.
                    if (age != int.MaxValue && activation.OfferCollection(now, age + CallClock.UnitsBehindMax) is { } ended) ending.Add(ended);
                    activation.OfferAbandonment(now, stuck);
                    if (ending.Count < EndingMax) continue;
                    await Task.WhenAll(ending).ConfigureAwait(false);
                    ending.Clear();
                }
            }
        }
        finally
        {
            Volatile.Write(ref _collecting, 0);
        }
    }

    private void RemoveIdleWorkers()
    {
        foreach (var grainClass in engine.Classes)
            if (grainClass.Workers is { RemovesIdleWorkers: true } pools) pools.RemoveIdle(workers.Value.MinIdleCyclesBeforeRemoval);
    }
}
