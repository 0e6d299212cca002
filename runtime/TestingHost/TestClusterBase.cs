using System.Diagnostics.CodeAnalysis;
using Orleans.Runtime;

namespace Orleans.TestingHost;

/// <summary>What the clusters of both builders have in common.</summary>
/// <typeparam name="THandle">How the cluster hands out its silos.</typeparam>
public abstract class TestClusterBase<THandle> : IDisposable, IAsyncDisposable
    where THandle : SiloHandle
{
    private protected TestClusterBase(SiloSet silos) => SiloSet = silos;

    /// <summary>
    /// A client of the cluster. A cluster that begins with several silos has one that connects to them like that of another process;
    /// with a single silo it is that silo's own.
    /// </summary>
    public IClusterClient Client => SiloSet.Client;

    /// <summary>The silos that run, in the order of their numbers.</summary>
    public IReadOnlyList<THandle> Silos => Handles(SiloSet.Active);

    private protected SiloSet SiloSet { get; }

    /// <summary>Starts the silos, and waits until they serve calls.</summary>
    public void Deploy() => DeployAsync().GetAwaiter().GetResult();

    /// <summary>Starts the silos; completes when they serve calls and follow the same view.</summary>
    public Task DeployAsync() => SiloSet.Deploy();

    /// <summary>Starts one more silo.</summary>
    /// <param name="startAdditionalSiloOnNewPort">Whether it takes ports that no silo of the cluster ever had.</param>
    public THandle StartAdditionalSilo(bool startAdditionalSiloOnNewPort = false) =>
        StartAdditionalSiloAsync(startAdditionalSiloOnNewPort).GetAwaiter().GetResult();

    /// <inheritdoc cref="StartAdditionalSilo"/>
    public async Task<THandle> StartAdditionalSiloAsync(bool startAdditionalSiloOnNewPort = false) =>
        (THandle)(SiloHandle)await SiloSet.StartNext(startAdditionalSiloOnNewPort);

    /// <summary>Starts more silos, at the same time.</summary>
    public async Task<List<THandle>> StartAdditionalSilosAsync(int silosToStart, bool startAdditionalSiloOnNewPort = false)
    {
        var starting = Enumerable.Range(0, silosToStart).Select(_ => StartAdditionalSiloAsync(startAdditionalSiloOnNewPort)).ToArray();
        return [.. await Task.WhenAll(starting)];
    }

    /// <summary>Stops a silo gracefully: its grains end, and what waits for them goes to other silos.</summary>
    public Task StopSiloAsync(THandle instance) => SiloSet.Stop(instance, stopGracefully: true);

    /// <summary>Stops a silo at once: grains are not deactivated, and nothing is handed over.</summary>
    public Task KillSiloAsync(THandle instance) => SiloSet.Stop(instance, stopGracefully: false);

    /// <summary>Stops a silo gracefully if it runs, and starts it again on its ports with a new generation.</summary>
    public async Task<THandle> RestartSiloAsync(THandle instance) => (THandle)(SiloHandle)await SiloSet.Restart(instance);

    /// <summary>Stops all silos gracefully, the first one last.</summary>
    public void StopAllSilos() => StopAllSilosAsync().GetAwaiter().GetResult();

    /// <summary>Stops all silos gracefully, the first one last.</summary>
    public Task StopAllSilosAsync() => SiloSet.StopAll();

    /// <summary>The silos that run.</summary>
    public IEnumerable<THandle> GetActiveSilos() => Silos;

    /// <summary>The silo that runs at that address; otherwise an <see cref="ArgumentException"/>.</summary>
    public THandle GetSiloForAddress(SiloAddress siloAddress) => (THandle)(SiloHandle)SiloSet.For(siloAddress);

    /// <summary>The services of the silo at that address, or of the first one that runs.</summary>
    public IServiceProvider GetSiloServiceProvider(SiloAddress? silo = null) => SiloSet.Services(silo);

    /// <summary>Completes when the running silos follow the same view, and it holds them and no others.</summary>
    public Task WaitForLivenessToStabilizeAsync(bool didKill = false) => SiloSet.WaitUntilAgreed();

    /// <summary>Starts the client again after it was stopped or killed. Nothing happens while it runs.</summary>
    public Task InitializeClientAsync() => SiloSet.StartClient();

    /// <summary>Stops the client in good order. The cluster then has that of its first silo.</summary>
    public Task StopClusterClientAsync() => SiloSet.StopClient(gracefully: true);

    /// <summary>Stops the client at once.</summary>
    public Task KillClientAsync() => SiloSet.StopClient(gracefully: false);

    /// <summary>The activation of a grain on one of the silos, if it has one.</summary>
    public bool TryGetGrainContext(GrainId grainId, [NotNullWhen(true)] out IGrainContext? grainContext) =>
        SiloSet.TryGetGrainContext(grainId, out grainContext);

    /// <summary>Ends the activation of a grain; completes when it has ended, or at once when there is none.</summary>
    public Task DeactivateAsync(IAddressable grain) => SiloSet.Deactivate(grain.GetGrainId());

    /// <summary>Ends the activation of a grain; completes when it has ended, or at once when there is none.</summary>
    public Task DeactivateAsync(GrainId grainId) => SiloSet.Deactivate(grainId);

    /// <summary>Completes when the present activation of a grain has ended, or at once when there is none.</summary>
    public Task WaitForDeactivationAsync(IAddressable grain) => SiloSet.WaitForDeactivation(grain.GetGrainId());

    /// <summary>Completes when the present activation of a grain has ended, or at once when there is none.</summary>
    public Task WaitForDeactivationAsync(GrainId grainId) => SiloSet.WaitForDeactivation(grainId);

    /// <summary>Stops the client and all silos gracefully.</summary>
    public void Dispose()
    {
        DisposeAsync().AsTask().GetAwaiter().GetResult();
        GC.SuppressFinalize(this);
    }

    /// <summary>Stops the client and all silos gracefully.</summary>
    public async ValueTask DisposeAsync()
    {
        await SiloSet.StopClient(gracefully: true);
        await SiloSet.StopAll();
        GC.SuppressFinalize(this);
    }

    private static IReadOnlyList<THandle> Handles(IReadOnlyList<InProcessSiloHandle> silos) => [.. silos.Cast<THandle>()];
}
