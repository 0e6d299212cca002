using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using OrleansSocial.Realtime;

namespace OrleansSocial.Host;

/// <summary>What a process says of its nodes in numbers: there is one, but in tests.</summary>
internal sealed class NodeMetrics(Doors doors, IServiceProvider services) : IHostedService, IDisposable
{
    private static readonly Meter s_meter = new("OrleansSocial.Node");
    private static readonly ConcurrentDictionary<NodeMetrics, byte> s_nodes = [];

    private readonly Doors _doors = doors;
    private readonly ILiveConnections? _live = services.GetService<ILiveConnections>();
    private readonly ISiloStatusOracle? _silos = services.GetService<ISiloStatusOracle>();

    static NodeMetrics()
    {
        s_meter.CreateObservableGauge("social.node.ready", () => s_nodes.Keys.Select(one => one._doors.Reason is null ? 1 : 0).DefaultIfEmpty().Min(), null,
            "Whether this node serves requests: 1 while it does.");
        s_meter.CreateObservableGauge("social.live.connections", () => s_nodes.Keys.Sum(one => one._live?.Count ?? 0), "{connection}", "Live connections of this node.");
        s_meter.CreateObservableGauge(
            "social.cluster.silos", () => s_nodes.Keys.Select(one => one._silos?.GetApproximateSiloStatuses(onlyActive: true).Count ?? 0).DefaultIfEmpty().Max(), "{silo}",
            "Silos of the cluster that this one knows to be alive; 0 at a node without grains.");
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        s_nodes.TryAdd(this, 0);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => s_nodes.TryRemove(this, out _);
}
