using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Bundled;
using Orleans.Configuration;
using Orleans.Conformance.Messaging;
using Orleans.Conformance.Storage;

namespace Orleans.Conformance.Membership;

/// <summary>Clients find a cluster in the database of its silos.</summary>
[Collection(PostgresTests.Name)]
[Feature("Cluster", "Clients: UseAdoNetClustering")]
public sealed class ClientGatewayTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_client_finds_the_gateways_of_its_cluster_and_of_no_other()
    {
        var database = await MembershipDatabase.Create(postgres);
        var network = new MemoryTransport();
        var (port, gateway) = (RemoteSilo.FreePort(), RemoteSilo.FreePort());
        using var silo = new HostBuilder()
            .UseOrleans(silo =>
            {
                silo.Services.AddSingleton(network.Transport);
                silo.UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) = ("Npgsql", database));
                silo.ConfigureEndpoints(System.Net.IPAddress.Loopback, port, gateway);
                silo.Configure<ClusterOptions>(o => o.ClusterId = "mine");
            })
            .ConfigureLogging(l => l.ClearProviders())
            .Build();
        await silo.StartAsync();

        using var client = Client("mine");
        await client.StartAsync();
        Assert.Equal(3, await client.Services.GetRequiredService<IClusterClient>().GetGrain<IPostGrain>("a").Add(1, 2));
        await client.StopAsync();

        using var stranger = Client("other");
        var failure = await Assert.ThrowsAsync<SiloUnavailableException>(() => stranger.StartAsync());
        Assert.Contains("list of gateways is empty", failure.Message);
        await silo.StopAsync();

        IHost Client(string cluster) => new HostBuilder()
            .UseOrleansClient(client =>
            {
                client.Services.AddSingleton(network.Transport);
                client.UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) = ("Npgsql", database));
                client.Configure<ClusterOptions>(o => o.ClusterId = cluster);
            })
            .ConfigureLogging(l => l.ClearProviders())
            .Build();
    }
}
