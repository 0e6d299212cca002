using System.Diagnostics.Metrics;
using OrleansSocial.Realtime;

namespace OrleansSocial.Host;

/// <summary>What a node says of itself in numbers.</summary>
internal sealed class NodeMetrics(IMeterFactory meters, IServiceProvider node) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = meters.Create("OrleansSocial.Node");
        meter.CreateObservableGauge("social.node.ready", () => node.GetRequiredService<Doors>().Reason is null ? 1 : 0, null, "Whether this node serves requests: 1 while it does.");
        if (node.GetService<ILiveConnections>() is { } live)
            meter.CreateObservableGauge("social.live.connections", () => live.Count, "{connection}", "Live connections of this node.");
        if (node.GetService<ISiloStatusOracle>() is { } silos)
            meter.CreateObservableGauge("social.cluster.silos", () => silos.GetApproximateSiloStatuses(onlyActive: true).Count, "{silo}", "Silos of the cluster that this one knows to be alive.");
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
