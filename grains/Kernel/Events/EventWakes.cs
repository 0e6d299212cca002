using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace OrleansSocial.Kernel;

/// <summary>Wakes the subscribers that hear of an event once it is stored, and all of them from time to time, so that a lost notice is only a delay.</summary>
internal sealed class EventWakes(
    IGrainFactory grains, GroupCommit writer, Subscriptions subscriptions, SubscriberStore store, SubscriberMetrics metrics, IOptions<EventOptions> options, TimeProvider clock)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly ConcurrentDictionary<SubscriberPart, Waking> _wakings = [];
    private readonly CancellationTokenSource _stop = new();
    private Task _polling = Task.CompletedTask;

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle observer) => observer.Subscribe(
        nameof(EventWakes),
        ServiceLifecycleStage.Active,
        _ =>
        {
            writer.EventsStored += Stored;
            _polling = Task.Run(Poll, CancellationToken.None);
            return Task.CompletedTask;
        },
        async _ =>
        {
            writer.EventsStored -= Stored;
            await _stop.CancelAsync();
            await _polling;
        });

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private void Stored(IReadOnlyList<StoredEvent> events)
    {
        foreach (var stored in events)
        {
            foreach (var name in subscriptions.NamesByAlias[EventLog.AliasOf(stored.Happened)]) Wake(new(name, SubscriberPart.Of(stored.Happened.Topic)));
        }
    }

    private void Wake(SubscriberPart part)
    {
        var waking = _wakings.GetOrAdd(part, static (part, grains) => new(grains.GetGrain<ISubscriberGrain>(part.Key)), grains);
        if (waking.Ask()) _ = Call(waking);
    }

    // While one call is under way the next is enough for everything that comes meanwhile.
    private static async Task Call(Waking waking)
    {
        do
        {
            try
            {
                await waking.Grain.Wake();
            }
            catch (Exception)
            {
                // The next poll wakes it.
            }
        }
        while (waking.AskedAgain());
    }

    private async Task Poll()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.PollSeconds), clock);
        try
        {
            do
            {
                foreach (var name in subscriptions.ByName.Keys)
                {
                    for (short part = 0; part < SubscriberPart.Count; part++) Wake(new(name, part));
                }

                WakeDue();
                await CountParked();
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private void WakeDue() => grains.GetGrain<IEventDueGrain>(0).Wake().Ignore();

    private async Task CountParked()
    {
        try
        {
            metrics.Count(await store.CountParked(_stop.Token));
        }
        catch (Exception) when (!_stop.IsCancellationRequested)
        {
            // An outage, which others tell of; they are counted again with the next poll.
        }
    }

    /// <summary>The calls to one part: at most one is under way.</summary>
    private sealed class Waking(ISubscriberGrain grain)
    {
        private const int Idle = 0, Calling = 1, CallingAndAsked = 2;
        private int _state;

        public ISubscriberGrain Grain => grain;

        /// <summary>True when the caller is to call.</summary>
        public bool Ask()
        {
            while (true)
            {
                if (Interlocked.CompareExchange(ref _state, Calling, Idle) == Idle) return true;
                if (Interlocked.CompareExchange(ref _state, CallingAndAsked, Calling) != Idle) return false;
            }
        }

        /// <summary>True when it was asked for while the call was under way.</summary>
        public bool AskedAgain()
        {
            if (Interlocked.CompareExchange(ref _state, Idle, Calling) == Calling) return false;
            Volatile.Write(ref _state, Calling);
            return true;
        }
    }
}
