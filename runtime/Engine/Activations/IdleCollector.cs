using System.Runtime.CompilerServices;
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
        var last = await End(InOrderOfMemory([.. engine.Classes.SelectMany(c => c.Activations)]), now, _ => units).ConfigureAwait(false);
        await Task.WhenAll(last).ConfigureAwait(false);
    }

    // Returns those that were begun last and may not have ended yet.
    private static async Task<List<Task>> End(Activation[] due, int now, Func<Activation, int> age)
    {
        var ending = new List<Task>(EndingMax);
        foreach (var activation in due)
        {
            if (activation.OfferCollection(now, age(activation)) is { } ended) ending.Add(ended);
            if (ending.Count < EndingMax) continue;
            await Task.WhenAll(ending).ConfigureAwait(false);
            ending.Clear();
        }

        return ending;
    }

    // Neighbours end together. What ends is written to, and the garbage collector looks through the surroundings of every old
    // object that was written to: all over a heap of a million grains that takes ten times as long as side by side. The address is
    // only a hint; objects may move meanwhile.
    private static Activation[] InOrderOfMemory(List<Activation> activations)
    {
        var ordered = activations.ToArray();
        var addresses = new nint[ordered.Length];
        for (var i = 0; i < ordered.Length; i++) addresses[i] = Unsafe.As<Activation, nint>(ref ordered[i]);
        Array.Sort(addresses, ordered);
        return ordered;
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
            var due = new List<Activation>();
            foreach (var grainClass in engine.Classes)
            {
                // Times of use are up to a second older than they seem.
                var age = grainClass.CollectionAge == int.MaxValue ? int.MaxValue : grainClass.CollectionAge + CallClock.UnitsBehindMax;
                foreach (var activation in grainClass.Activations)
                {
                    if (age != int.MaxValue && activation.IsUnusedFor(now, age)) due.Add(activation);
                    activation.OfferAbandonment(now, stuck);
                }
            }

            // The next look need not wait for a grain that takes its time to end.
            _ = await End(InOrderOfMemory(due), now, static activation => activation.Class.CollectionAge + CallClock.UnitsBehindMax).ConfigureAwait(false);
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
