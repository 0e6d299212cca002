using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Orleans.Runtime;

namespace Orleans.TestingHost;

/// <summary>A cluster in the process of the test, made by <see cref="InProcessTestClusterBuilder"/>.</summary>
public sealed class InProcessTestCluster : IDisposable, IAsyncDisposable
{
    private readonly SiloSet _silos;

    internal InProcessTestCluster(InProcessTestClusterOptions options, Func<InProcessTestSiloSpecificOptions, IHost> createHost)
    {
        Options = options;
        _silos = new SiloSet(options, createHost);
    }

    /// <summary>The shape of the cluster.</summary>
    public InProcessTestClusterOptions Options { get; }

    /// <summary>A client of the cluster: that of the running silo. After a restart it is another one.</summary>
    public IClusterClient Client => _silos.Client;

    /// <summary>The silos that run.</summary>
    public IReadOnlyList<InProcessSiloHandle> Silos => _silos.Active;

    /// <summary>Starts the silos, and waits until they serve calls.</summary>
    public void Deploy() => DeployAsync().GetAwaiter().GetResult();

    /// <summary>Starts the silos; completes when they serve calls.</summary>
    public Task DeployAsync() => _silos.Deploy();

    /// <summary>Stops a silo gracefully.</summary>
    public Task StopSiloAsync(SiloHandle instance) => _silos.Stop(instance, stopGracefully: true);

    /// <summary>Stops a silo at once: grains are not deactivated.</summary>
    public Task KillSiloAsync(SiloHandle instance) => _silos.Stop(instance, stopGracefully: false);

    /// <summary>Stops a silo gracefully if it runs, and starts it again on its ports with a new generation.</summary>
    public async Task<InProcessSiloHandle> RestartSiloAsync(SiloHandle instance) => await _silos.Restart(instance);

    /// <summary>Stops all silos gracefully.</summary>
    public void StopAllSilos() => StopAllSilosAsync().GetAwaiter().GetResult();

    /// <summary>Stops all silos gracefully.</summary>
    public Task StopAllSilosAsync() => _silos.StopAll();

    /// <summary>The silos that run.</summary>
    public IEnumerable<InProcessSiloHandle> GetActiveSilos() => _silos.Active;

    /// <summary>The silo that runs at that address; otherwise an <see cref="ArgumentException"/>.</summary>
    public InProcessSiloHandle GetSiloForAddress(SiloAddress siloAddress) => _silos.For(siloAddress);

    /// <summary>The services of the silo at that address, or of the first one.</summary>
    public IServiceProvider GetSiloServiceProvider(SiloAddress? silo = null) => _silos.Services(silo);

    /// <summary>Completes when the running silos agree on who runs.</summary>
    public Task WaitForLivenessToStabilizeAsync(bool didKill = false) => _silos.WaitUntilAgreed();

    /// <summary>Stops all silos gracefully.</summary>
    public void Dispose() => StopAllSilos();

    /// <summary>The activation of a grain, if it has one.</summary>
    public bool TryGetGrainContext(GrainId grainId, [NotNullWhen(true)] out IGrainContext? grainContext) =>
        _silos.TryGetGrainContext(grainId, out grainContext);

    /// <summary>Ends the activation of a grain; completes when it has ended, or at once when there is none.</summary>
    public Task DeactivateAsync(IAddressable grain) => _silos.Deactivate(grain.GetGrainId());

    /// <summary>Ends the activation of a grain; completes when it has ended, or at once when there is none.</summary>
    public Task DeactivateAsync(GrainId grainId) => _silos.Deactivate(grainId);

    /// <summary>Completes when the present activation of a grain has ended, or at once when there is none.</summary>
    public Task WaitForDeactivationAsync(IAddressable grain) => _silos.WaitForDeactivation(grain.GetGrainId());

    /// <summary>Completes when the present activation of a grain has ended, or at once when there is none.</summary>
    public Task WaitForDeactivationAsync(GrainId grainId) => _silos.WaitForDeactivation(grainId);

    /// <summary>Stops all silos gracefully.</summary>
    public async ValueTask DisposeAsync() => await StopAllSilosAsync();
}
