using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using OrleansSocial.Driver;

namespace OrleansSocial.Benchmarks.Grains;

/// <summary>Two silos with the same grains in this process: a bare Orleans, with nothing but its defaults, and the product's host.</summary>
internal sealed class GrainHosts(IHost bare, IHost ours) : IAsyncDisposable
{
    /// <summary>The grains of the bare Orleans.</summary>
    public IGrainFactory Bare => Of(bare).GetRequiredService<IGrainFactory>();

    /// <summary>The grains of the product's host.</summary>
    public IGrainFactory Ours => Of(ours).GetRequiredService<IGrainFactory>();

    /// <summary>Where the bare silo listens.</summary>
    public IPEndPoint BareEndpoint => Of(bare).GetRequiredService<ILocalSiloDetails>().SiloAddress.Endpoint;

    /// <summary>Starts both.</summary>
    /// <param name="database">The database of the product's host.</param>
    /// <param name="primary">The bare silo to join; null for the first of its cluster.</param>
    /// <param name="collection">When idle grains are ended; null for as each host has it.</param>
    public static async Task<GrainHosts> Start(string database, IPEndPoint? primary = null, Action<GrainCollectionOptions>? collection = null)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(FreePort.Find(), FreePort.Find(), primary);
            if (collection is not null) silo.Configure(collection);
        });
        var bare = builder.Build();
        await bare.StartAsync();

        var ours = SocialApp.Create([], app =>
        {
            app.Environment.EnvironmentName = "Benchmark";
            app.WebHost.UseUrls("http://127.0.0.1:0");
            app.Services.AddLogging(log => log.SetMinimumLevel(LogLevel.Error));
            app.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["ConnectionStrings:Postgres"] = database,
                ["Social:Node:Seed"] = "false",
                ["Social:Node:SiloPort"] = FreePort.Find().ToString(CultureInfo.InvariantCulture),
                ["Social:Node:GatewayPort"] = "0",
                ["Logging:LogLevel:Default"] = "Error",
                ["Logging:LogLevel:OrleansSocial"] = "Error",
            });
            if (collection is not null) app.Services.PostConfigure(collection);
        });
        await ours.StartAsync();
        return new(bare, ours);
    }

    /// <summary>Keys of grains that now live on the other silo of each cluster, once both have joined.</summary>
    public async Task<(IReadOnlyList<long> Bare, IReadOnlyList<long> Ours)> KeysElsewhere(int count) => (await KeysElsewhere(bare, count), await KeysElsewhere(ours, count));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var host in (IHost[])[ours, bare])
        {
            await host.StopAsync();
            await ((IAsyncDisposable)host).DisposeAsync();
        }
    }

    private static IServiceProvider Of(IHost host) => host.Services;

    private static async Task<IReadOnlyList<long>> KeysElsewhere(IHost host, int count)
    {
        var grains = Of(host).GetRequiredService<IGrainFactory>();
        var own = Of(host).GetRequiredService<ILocalSiloDetails>().SiloAddress.Endpoint.ToString();
        var keys = new List<long>();
        for (var key = 0L; keys.Count < count; key++)
        {
            if (key > 100_000) throw new InvalidOperationException("The other silo takes no grain.");
            if (!(await grains.GetGrain<IFarGrain>(key).Where()).Contains(own, StringComparison.Ordinal)) keys.Add(key);
        }

        return keys;
    }
}
