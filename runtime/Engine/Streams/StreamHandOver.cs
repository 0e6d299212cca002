using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>
/// Where a queue that moves leaves its events for its next activation, which takes them before it takes any other: no event is
/// passed by a later one. Key: the address of the silo that the queue moves to.
/// </summary>
[Alias("sys.IStreamHandOverGrain")]
internal interface IStreamHandOverGrain : IGrainWithStringKey
{
    /// <summary>Leaves what a queue did not deliver. The queue ends only after this.</summary>
    [AlwaysInterleave]
    Task Put(string queue, List<StreamRemains> remains);

    /// <summary>Takes what was left for a queue; null for nothing.</summary>
    [AlwaysInterleave]
    Task<List<StreamRemains>?> Take(string queue);
}

/// <inheritdoc cref="IStreamHandOverGrain"/>
[GrainType("sys.streamhandover"), SiloKeyPlacement, KeepAlive]
internal sealed class StreamHandOverGrain(IServiceProvider services) : Grain, IStreamHandOverGrain
{
    private readonly Dictionary<string, List<StreamRemains>> _left = [];

    public Task Put(string queue, List<StreamRemains> remains)
    {
        var next = GrainFactory.GetGrain<IStreamQueueGrain>(queue);
        if (StreamHandOver.OwnerOf(services, next.GetGrainId()).Equals(services.GetRequiredService<ILocalSiloDetails>().SiloAddress))
        {
            if (_left.TryGetValue(queue, out var before)) before.AddRange(remains);
            else _left.Add(queue, remains);
        }
        else
        {
            // The view changed under way: the queue's next activation may be running elsewhere.
            next.TakeOver(remains).Ignore();
        }

        return Task.CompletedTask;
    }

    public Task<List<StreamRemains>?> Take(string queue) => Task.FromResult(_left.Remove(queue, out var remains) ? remains : null);
}

/// <summary>Finds the place where a queue's events are left.</summary>
internal static class StreamHandOver
{
    /// <summary>That of this silo.</summary>
    public static IStreamHandOverGrain Local(IServiceProvider services) => services.GetRequiredService<IGrainFactory>()
        .Of<IStreamHandOverGrain>(services.GetRequiredService<ILocalSiloDetails>().SiloAddress);

    /// <summary>That of the silo on which a queue's next activation will be.</summary>
    public static IStreamHandOverGrain To(IServiceProvider services, GrainId queue) =>
        services.GetRequiredService<IGrainFactory>().Of<IStreamHandOverGrain>(OwnerOf(services, queue));

    /// <summary>The silo that owns a queue by the newest view; the local one when there is no other.</summary>
    public static SiloAddress OwnerOf(IServiceProvider services, GrainId queue) =>
        services.GetService<IClusterAgent>()?.View.OwnerOf(queue)?.Address ?? services.GetRequiredService<ILocalSiloDetails>().SiloAddress;
}
