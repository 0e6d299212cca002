using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Bundled;
using Orleans.Conformance.Cluster;
using Orleans.Conformance.Storage;
using Orleans.Storage;
using OrleansSocial.Driver;

namespace Orleans.Conformance.Membership;

/// <summary>Silos of hosts of their own, which reach each other over sockets.</summary>
[Collection(PostgresTests.Name)]
public sealed class HostClusterTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const int Grains = 40;
    private static long s_next = 7_000_000;

    private readonly long _first = Interlocked.Add(ref s_next, 1000);
    private readonly List<IHost> _hosts = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.StopAsync();
            host.Dispose();
        }
    }

    [Fact]
    [Feature("Cluster", "UseLocalhostClustering and UseDevelopmentClustering with several silos")]
    public async Task Silos_of_a_localhost_cluster_find_each_other_through_the_first()
    {
        var ports = FreePort.Find(3);
        var primary = new IPEndPoint(IPAddress.Loopback, ports[0]);
        foreach (var port in ports)
        {
            await Start(silo => silo.UseLocalhostClustering(port, 0, primary).AddMemoryGrainStorageAsDefault());
        }

        await SpreadOverAll();
    }

    [Fact]
    [Feature("Cluster", "UseAdoNetClustering: membership in PostgreSQL")]
    public async Task Silos_of_a_database_find_each_other_and_go_on_when_one_leaves()
    {
        var database = await MembershipDatabase.Create(postgres, "*_grain_state.sql");
        foreach (var port in FreePort.Find(3)) await Start(silo => InDatabase(silo, database, port));

        await SpreadOverAll();
        await _hosts[0].StopAsync();
        _hosts[0].Dispose();
        _hosts.RemoveAt(0);
        await SpreadOverAll();

        Assert.Equal(2, await MembershipDatabase.Ask<long>(database, "SELECT count(*) FROM silo_leases"));
    }

    [Fact]
    [Feature("Storage", "Grain state in PostgreSQL", Better = "a silo that was replaced cannot write any more")]
    public async Task Grain_state_is_not_written_by_a_silo_whose_lease_was_removed()
    {
        var database = await MembershipDatabase.Create(postgres, "*_grain_state.sql");
        var host = await Start(silo => InDatabase(silo, database, FreePort.Find()));
        var storage = host.Services.GetRequiredKeyedService<IGrainStorage>("Default");
        var grain = GrainId.Create("thing", "a");
        var state = new GrainState<PlacedState>(new PlacedState { Sum = 1 });
        await storage.WriteStateAsync("placed", grain, state);

        await MembershipDatabase.Execute(database, "DELETE FROM silo_leases");
        state.State = new PlacedState { Sum = 2 };
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("placed", grain, state));

        Assert.Equal(1, host.Services.GetRequiredService<LeaseWriteGuard>().RefusedCount);
        Assert.Equal(1, await MembershipDatabase.Ask<int>(database, "SELECT version FROM orleansstorage"));
        await Wait.Eventually(() => Assert.True(host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested));
    }

    [Fact]
    public async Task A_silo_of_another_service_is_refused()
    {
        var database = await MembershipDatabase.Create(postgres, "*_grain_state.sql");
        var ports = FreePort.Find(2);
        await Start(silo => InDatabase(silo, database, ports[0]));

        var refused = await Assert.ThrowsAsync<OrleansConfigurationException>(() => Start(silo =>
            InDatabase(silo, database, ports[1]).Configure<Orleans.Configuration.ClusterOptions>(o => o.ServiceId = "another")));

        Assert.Contains("ClusterOptions.ServiceId", refused.Message, StringComparison.Ordinal);
    }

    private static ISiloBuilder InDatabase(ISiloBuilder silo, string database, int port) => silo
        .ConfigureEndpoints(IPAddress.Loopback, port, 0)
        .UseAdoNetClustering(o =>
        {
            o.Invariant = "Npgsql";
            o.ConnectionString = database;
        })
        .AddAdoNetGrainStorageAsDefault(o =>
        {
            o.Invariant = "Npgsql";
            o.ConnectionString = database;
        });

    private async Task<IHost> Start(Action<ISiloBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(configure);
        var host = builder.Build();
        _hosts.Add(host);
        await host.StartAsync();
        return host;
    }

    // Through every silo each grain answers, from one place, and every silo has some.
    private async Task SpreadOverAll()
    {
        await Wait.Eventually(() => Assert.All(_hosts, h => Assert.Equal(_hosts.Count, h.Services.GetRequiredService<ISiloStatusOracle>().GetActiveSilos().Length)));
        var places = new HashSet<string>();
        for (var key = _first; key < _first + Grains; key++)
        {
            var where = new HashSet<string>();
            foreach (var host in _hosts) where.Add(await host.Services.GetRequiredService<IGrainFactory>().GetGrain<IPlacedGrain>(key).Where());
            places.Add(Assert.Single(where));
        }

        Assert.Equal(_hosts.Count, places.Count);
    }
}
