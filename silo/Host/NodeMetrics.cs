using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using OrleansSocial.Realtime;

namespace OrleansSocial.Host;

/// <summary>What a process says of its nodes in numbers: there is one, but in tests.</summary>
internal sealed class NodeMetrics(IServiceProvider node) : IHostedService
{
    private static readonly Meter s_meter = new("OrleansSocial.Node");
    private static readonly ConcurrentDictionary<NodeMetrics, byte> s_nodes = [];

    private readonly IServiceProvider _node = node;

    static NodeMetrics()
    {
        s_meter.CreateObservableGauge("social.node.ready", () => Nodes.Select(one => one.GetRequiredService<Doors>().Reason is null ? 1 : 0).DefaultIfEmpty().Min(), null,
            "Whether this node serves requests: 1 while it does.");
        s_meter.CreateObservableGauge("social.live.connections", () => Nodes.Sum(one => one.GetService<ILiveConnections>()?.Count ?? 0), "{connection}", "Live connections of this node.");
        s_meter.CreateObservableGauge(
            "social.cluster.silos", () => Nodes.Select(one => one.GetService<ISiloStatusOracle>()?.GetApproximateSiloStatuses(onlyActive: true).Count ?? 0).DefaultIfEmpty().Max(), "{silo}",
            "Silos of the cluster that this one knows to be alive; 0 at a node without grains.");
    }

    private static IEnumerable<IServiceProvider> Nodes => s_nodes.Keys.Select(one => one._node);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        s_nodes.TryAdd(this, 0);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        s_nodes.TryRemove(this, out _);
        return Task.CompletedTask;
    }
}
