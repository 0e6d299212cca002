using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Bundled;
using Orleans.Runtime;

namespace Orleans.TestingHost;

/// <summary>The silos of one test cluster, running and stopped, and its client.</summary>
internal sealed class SiloSet(
    TestClusterOptions options,
    Func<InProcessTestSiloSpecificOptions, IHost> createHost,
    Func<IReadOnlyList<InProcessSiloHandle>, IHost> createClient)
{
    private static readonly TimeSpan s_agreementMax = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    private readonly Lock _lock = new();
    private readonly List<InProcessSiloHandle> _silos = [];
    private IHost? _client;
    private short _started;

    /// <summary>The silos that run, in the order of their numbers.</summary>
    public IReadOnlyList<InProcessSiloHandle> Active
    {
        get
        {
            lock (_lock)
            {
                return [.. _silos.Where(s => s.IsActive)];
            }
        }
    }

    /// <summary>The first silo, in its present or last life.</summary>
    public InProcessSiloHandle Primary
    {
        get
        {
            lock (_lock)
            {
                return _silos.Count > 0
                    ? _silos[0]
                    : throw new InvalidOperationException("The cluster is not deployed; call Deploy or DeployAsync first.");
            }
        }
    }

    /// <summary>One that connects like that of another process when the cluster began with several silos; otherwise that of the silo.</summary>
    public IClusterClient Client =>
        (Volatile.Read(ref _client)?.Services ?? First.ServiceProvider).GetRequiredService<IClusterClient>();

    private InProcessSiloHandle First => Active is [var first, ..] ? first : Primary;

    public async Task Deploy()
    {
        if (options.InitialSilosCount < 1)
        {
            throw new OrleansConfigurationException(
                $"TestClusterOptions.InitialSilosCount is '{options.InitialSilosCount}': it must be at least 1.");
        }

        // The first one is the oldest member whoever is quicker.
        await StartNext(newPort: false);
        await Task.WhenAll(Enumerable.Range(1, options.InitialSilosCount - 1).Select(_ => StartNext(newPort: false)));
        await WaitUntilAgreed();
        if (options.InitialSilosCount > 1 && options.InitializeClientOnDeploy) await StartClient();
    }

    public Task<InProcessSiloHandle> StartNext(bool newPort)
    {
        short number;
        lock (_lock)
        {
            number = _started++;
        }

        return Start(new InProcessTestSiloSpecificOptions
        {
            SiloName = number == 0 ? "Primary" : $"Secondary_{number}",
            InstanceNumber = number,
            SiloPort = newPort ? TestPorts.Next() : options.BaseSiloPort + number,
            GatewayPort = newPort ? TestPorts.Next() : options.BaseGatewayPort + number,
        });
    }

    public async Task<InProcessSiloHandle> Restart(SiloHandle silo)
    {
        var known = (InProcessSiloHandle)silo;
        await known.StopSiloAsync(stopGracefully: true);
        return await Start(known.SpecificOptions);
    }

    public Task<InProcessSiloHandle> RestartStopped(string name)
    {
        InProcessSiloHandle? stopped;
        lock (_lock)
        {
            stopped = _silos.Find(s => s.Name == name && !s.IsActive);
        }

        return stopped is not null
            ? Start(stopped.SpecificOptions)
            : throw new ArgumentException($"No stopped silo of this cluster is named '{name}'.", nameof(name));
    }

    public Task Stop(SiloHandle silo, bool stopGracefully)
    {
        lock (_lock)
        {
            if (!_silos.Contains(silo))
            {
                throw new ArgumentException($"Silo {silo.Name} at {silo.SiloAddress} is not of this cluster, or of an earlier life.", nameof(silo));
            }
        }

        return silo.StopSiloAsync(stopGracefully);
    }

    /// <summary>Completes when every silo that runs follows the same view, and the view has exactly these silos.</summary>
    public async Task WaitUntilAgreed()
    {
        _ = Primary;
        var clock = TimeProvider.System;
        var since = clock.GetTimestamp();
        while (Disagreement() is { } disagreement)
        {
            if (clock.GetElapsedTime(since) > s_agreementMax)
                throw new TimeoutException($"The silos do not agree within {s_agreementMax}: {disagreement}.");
            await Task.Delay(s_look);
        }
    }

    public async Task StopAll()
    {
        foreach (var silo in Active.Reverse())
        {
            await silo.StopSiloAsync(stopGracefully: true);
        }
    }

    public async Task StartClient()
    {
        if (Volatile.Read(ref _client) is not null) return;
        var client = createClient(Active);
        try
        {
            await client.StartAsync();
        }
        catch
        {
            client.Dispose();
            throw;
        }

        Volatile.Write(ref _client, client);
    }

    public async Task StopClient(bool gracefully)
    {
        if (Interlocked.Exchange(ref _client, null) is not { } client) return;
        try
        {
            await client.StopAsync(new CancellationToken(canceled: !gracefully));
        }
        catch (OperationCanceledException) when (!gracefully)
        {
            // What the host still waited for ends with its services.
        }

        if (client is IAsyncDisposable disposable) await disposable.DisposeAsync();
        else client.Dispose();
    }

    public IServiceProvider Services(SiloAddress? address) => (address is null ? First : For(address)).ServiceProvider;

    public InProcessSiloHandle For(SiloAddress address) =>
        Active.FirstOrDefault(s => s.SiloAddress == address)
        ?? throw new ArgumentException($"No silo of this cluster runs at {address}.", nameof(address));

    /// <summary>The activation of a grain on a running silo, if there is one.</summary>
    public bool TryGetGrainContext(GrainId grain, [NotNullWhen(true)] out IGrainContext? context)
    {
        context = Active
            .Select(silo => silo.ServiceProvider.GetRequiredService<GrainEngine>().Find(grain))
            .FirstOrDefault(activation => activation is not null);
        return context is not null;
    }

    public async Task Deactivate(GrainId grain)
    {
        if (TryGetGrainContext(grain, out var context))
        {
            context.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "A test asked for it."));
            await context.Deactivated;
        }
    }

    public Task WaitForDeactivation(GrainId grain) =>
        TryGetGrainContext(grain, out var context) ? context.Deactivated : Task.CompletedTask;

    // Null when there is none.
    private string? Disagreement()
    {
        var active = Active;
        var expected = active.Select(s => s.SiloAddress).ToHashSet();
        foreach (var silo in active)
        {
            var view = silo.ServiceProvider.GetRequiredService<IClusterAgent>().View;
            if (!view.IsSettled || !expected.SetEquals(view.Active.ToArray().Select(m => m.Address)) || view.Members.Length != expected.Count)
                return $"{silo.Name} follows {view}";
        }

        return null;
    }

    private async Task<InProcessSiloHandle> Start(InProcessTestSiloSpecificOptions silo)
    {
        var host = createHost(silo);
        try
        {
            await host.StartAsync();
        }
        catch
        {
            host.Dispose();
            throw;
        }

        var handle = new InProcessSiloHandle(host, silo);
        lock (_lock)
        {
            _silos.RemoveAll(s => s.InstanceNumber == silo.InstanceNumber);
            _silos.Add(handle);
            _silos.Sort((a, b) => a.InstanceNumber.CompareTo(b.InstanceNumber));
        }

        return handle;
    }
}

/// <summary>A host that lives as long as its test says, and does not listen to the console.</summary>
internal sealed class TestHostLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
