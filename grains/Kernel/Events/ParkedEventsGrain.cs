using Orleans.Concurrency;

namespace OrleansSocial.Kernel;

/// <summary>Reads what is parked, and has it handled or given up.</summary>
[StatelessWorker]
internal sealed class ParkedEventsGrain(SubscriberStore store, GroupCommit writer) : Grain, IParkedEventsGrain
{
    /// <inheritdoc/>
    public async Task<ParkedList> List(string? subscriber, int limit) => new(
        [.. (await store.ReadParked(subscriber, null, limit)).Select(one => new ParkedEventView(one.Subscriber, one.Id, one.Alias, one.Data, one.Attempts, one.Error, one.At))]);

    /// <inheritdoc/>
    public async Task<Outcome<Done>> Replay(string subscriber, Guid id) => await Find(subscriber, id) is { } parked
        ? await GrainFactory.GetGrain<ISubscriberGrain>(new SubscriberPart(subscriber, SubscriberPart.Of(parked.Topic)).Key).Replay(id)
        : EventRefusals.NotParked;

    /// <inheritdoc/>
    public async Task<Outcome<Done>> Discard(string subscriber, Guid id)
    {
        await writer.Store(SubscriberStore.Discarded, (subscriber, id));
        return Done.Instance;
    }

    private async Task<ParkedEvent?> Find(string subscriber, Guid id) => (await store.ReadParked(subscriber, id, 1)).FirstOrDefault();
}
