using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Bundled;
using Orleans.Runtime;

namespace Orleans.TestingHost;

/// <summary>One silo of a test cluster.</summary>
public abstract class SiloHandle : IAsyncDisposable
{
    /// <summary>The silo's name; the first one is <c>Primary</c>.</summary>
    public string Name { get; protected init; } = "";

    /// <summary>Where the silo is, in its current or last life.</summary>
    public SiloAddress SiloAddress { get; protected init; } = SiloAddress.Zero;

    /// <summary>Where the silo's gateway is.</summary>
    public SiloAddress? GatewayAddress { get; protected init; }

    /// <summary>The number of the silo in its cluster, from 0. A restarted silo keeps it.</summary>
    public short InstanceNumber { get; protected init; }

    /// <summary>Whether the silo runs.</summary>
    public abstract bool IsActive { get; }

    /// <summary>Stops the silo: gracefully, or at once without letting grains deactivate.</summary>
    public Task StopSiloAsync(bool stopGracefully) => StopSiloAsync(new CancellationToken(canceled: !stopGracefully));

    /// <summary>Stops the silo; once the token fires, without further waiting.</summary>
    public abstract Task StopSiloAsync(CancellationToken ct);

    /// <summary>Stops the silo gracefully if it runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (IsActive)
        {
            await StopSiloAsync(CancellationToken.None);
        }

        GC.SuppressFinalize(this);
    }
}

/// <summary>A silo within the process of the test.</summary>
public sealed class InProcessSiloHandle : SiloHandle
{
    private int _active = 1;

    internal InProcessSiloHandle(IHost host, InProcessTestSiloSpecificOptions options)
    {
        var details = host.Services.GetRequiredService<ILocalSiloDetails>();
        SiloHost = host;
        Name = options.SiloName;
        InstanceNumber = options.InstanceNumber;
        SiloAddress = details.SiloAddress;
        GatewayAddress = details.GatewayAddress;
        SpecificOptions = options;
    }

    /// <summary>The host that runs the silo.</summary>
    public IHost SiloHost { get; }

    /// <summary>The services of the silo's host.</summary>
    public IServiceProvider ServiceProvider => SiloHost.Services;

    /// <inheritdoc/>
    public override bool IsActive => Volatile.Read(ref _active) == 1;

    internal InProcessTestSiloSpecificOptions SpecificOptions { get; }

    /// <inheritdoc/>
    public override async Task StopSiloAsync(CancellationToken ct)
    {
        if (Interlocked.Exchange(ref _active, 0) == 0)
        {
            return;
        }

        if (ct.IsCancellationRequested)
        {
            // A kill: the host might not reach the silo with a token that has already fired.
            await ServiceProvider.GetServices<IHostedService>().OfType<Silo>().Single().StopAsync(ct);
        }

        try
        {
            await SiloHost.StopAsync(ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // What the host still waited for ends with its services.
        }

        if (SiloHost is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
        else
        {
            SiloHost.Dispose();
        }
    }
}
