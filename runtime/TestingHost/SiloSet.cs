using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Bundled;
using Orleans.Runtime;

namespace Orleans.TestingHost;

/// <summary>The silos of one test cluster, running and stopped.</summary>
internal sealed class SiloSet(TestClusterOptions options, Func<InProcessTestSiloSpecificOptions, IHost> createHost)
{
    private readonly Lock _lock = new();
    private readonly List<InProcessSiloHandle> _silos = [];

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

    public async Task Deploy()
    {
        if (options.InitialSilosCount != 1)
        {
            throw new OrleansConfigurationException(
                $"TestClusterOptions.InitialSilosCount is '{options.InitialSilosCount}': it must be 1, the size of a cluster.");
        }

        await Start(new InProcessTestSiloSpecificOptions
        {
            SiloName = "Primary",
            InstanceNumber = 0,
            SiloPort = options.BaseSiloPort,
            GatewayPort = options.BaseGatewayPort,
        });
    }

    public async Task<InProcessSiloHandle> Restart(SiloHandle silo)
    {
        var known = (InProcessSiloHandle)silo;
        await known.StopSiloAsync(stopGracefully: true);
        return await Start(known.SpecificOptions);
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

    /// <summary>One silo always agrees with itself about who runs.</summary>
    public Task WaitUntilAgreed()
    {
        _ = Primary;
        return Task.CompletedTask;
    }

    public async Task StopAll()
    {
        foreach (var silo in Active.Reverse())
        {
            await silo.StopSiloAsync(stopGracefully: true);
        }
    }

    public IServiceProvider Services(SiloAddress? address) => (address is null ? Primary : For(address)).ServiceProvider;

    public InProcessSiloHandle For(SiloAddress address) =>
        Active.FirstOrDefault(s => s.SiloAddress == address)
        ?? throw new ArgumentException($"No silo of this cluster runs at {address}.", nameof(address));

    public IClusterClient Client => Primary.ServiceProvider.GetRequiredService<IClusterClient>();

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
