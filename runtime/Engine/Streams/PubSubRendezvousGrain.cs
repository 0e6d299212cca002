using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>One subscription to one stream.</summary>
/// <param name="Id">What tells it from others.</param>
/// <param name="Consumer">The grain, or the observer of a client, that its events go to.</param>
/// <param name="FilterData">What its filter goes by.</param>
/// <param name="IsImplicit">Whether its grain class makes it, so that it is stored nowhere.</param>
[GenerateSerializer, Immutable, Alias("sys.StreamSubscription")]
internal sealed record StreamSubscription(
    [property: Id(0)] Guid Id, [property: Id(1)] GrainId Consumer, [property: Id(2)] string? FilterData, [property: Id(3)] bool IsImplicit);

/// <summary>Who is subscribed to one stream. Key: the provider's name and the stream.</summary>
[Alias("sys.IPubSubRendezvousGrain")]
internal interface IPubSubRendezvousGrain : IGrainWithStringKey
{
    /// <summary>All subscriptions.</summary>
    Task<List<StreamSubscription>> Subscriptions();

    /// <summary>Stores a subscription and tells the stream's queue of it: from now on it gets every event.</summary>
    /// <param name="queue">The key of the stream's queue.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="subscription">The subscription.</param>
    /// <param name="from">The event to begin with, if it is still held; null for the next.</param>
    Task Subscribe(string queue, StreamId stream, StreamSubscription subscription, StreamPosition? from);

    /// <summary>Removes a subscription; one that is not there is as good as removed.</summary>
    Task Unsubscribe(string queue, StreamId stream, Guid subscription);
}

/// <summary>The stored subscriptions of a stream.</summary>
internal sealed class PubSubState
{
    public List<StreamSubscription> Subscriptions { get; set; } = [];
}

/// <inheritdoc cref="IPubSubRendezvousGrain"/>
[GrainType("sys.pubsub")]
internal sealed class PubSubRendezvousGrain(
    [PersistentState("PubSubRendezvousGrain", ProviderConstants.DEFAULT_PUBSUB_PROVIDER_NAME)] IPersistentState<PubSubState> stored)
    : Grain, IPubSubRendezvousGrain
{
    public Task<List<StreamSubscription>> Subscriptions() => Task.FromResult(stored.State.Subscriptions.ToList());

    public async Task Subscribe(string queue, StreamId stream, StreamSubscription subscription, StreamPosition? from)
    {
        stored.State.Subscriptions.RemoveAll(s => s.Id == subscription.Id);
        stored.State.Subscriptions.Add(subscription);
        await Store();
        await GrainFactory.GetGrain<IStreamQueueGrain>(queue).Subscribed(stream, subscription, from);
    }

    public async Task Unsubscribe(string queue, StreamId stream, Guid subscription)
    {
        if (stored.State.Subscriptions.RemoveAll(s => s.Id == subscription) > 0) await Store();
        await GrainFactory.GetGrain<IStreamQueueGrain>(queue).Unsubscribed(stream, subscription);
    }

    private async Task Store()
    {
        try
        {
            if (stored.State.Subscriptions.Count > 0) await stored.WriteStateAsync();
            else if (stored.RecordExists) await stored.ClearStateAsync();
        }
        catch
        {
            // Memory may no longer be what storage holds: the next activation reads it.
            DeactivateOnIdle();
            throw;
        }
    }
}

/// <summary>The subscriptions that grain classes make by their attributes.</summary>
internal sealed class ImplicitSubscribers
{
    private readonly (Type Class, GrainType GrainType, ImplicitStreamSubscriptionAttribute[] Attributes)[] _classes;

    public ImplicitSubscribers(IOptions<GrainTypeOptions> options) => _classes =
    [
        .. options.Value.Classes
            .Where(c => !c.IsGenericTypeDefinition && c.IsDefined(typeof(ImplicitStreamSubscriptionAttribute), inherit: true))
            .Select(c => (
                c,
                GrainType.Create(GrainAssemblies.Manifest.Classes[c].GrainType),
                c.GetCustomAttributes(typeof(ImplicitStreamSubscriptionAttribute), inherit: true).Cast<ImplicitStreamSubscriptionAttribute>().ToArray())),
    ];

    /// <summary>The subscriptions of all classes to a stream of a provider. Grains whose kind of key does not fit have none.</summary>
    public IEnumerable<StreamSubscription> Of(string provider, StreamId stream)
    {
        var ns = stream.GetNamespace() ?? "";
        foreach (var (type, grainType, attributes) in _classes)
        {
            if (!Array.Exists(attributes, a => a.Predicate.IsMatch(ns)) || !stream.TryGetGrainKey(type, out var key)) continue;
            yield return new StreamSubscription(IdOf(provider, stream, grainType), GrainId.Create(grainType, key), null, IsImplicit: true);
        }
    }

    /// <summary>The subscription that a grain's class makes to a stream; null when it makes none.</summary>
    public StreamSubscription? Of(string provider, StreamId stream, GrainId grain) =>
        Of(provider, stream).FirstOrDefault(s => s.Consumer == grain);

    // The same on every silo, and after every restart.
    private static Guid IdOf(string provider, StreamId stream, GrainType grainType) => new(
        System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{provider}\n{stream}\n{grainType}")).AsSpan(0, 16));
}
