using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Orleans.Conformance.Messaging;

/// <summary>Processes without grains call those of a cluster, and are called back.</summary>
[Feature("Cluster", "Clients: every gateway, observers, silos that go away")]
public sealed class ClientTests
{
    [Fact]
    public async Task A_client_calls_each_grain_at_its_owner()
    {
        await using var cluster = await FewSilos.Start(3);
        var client = await cluster.Client();
        var grains = client.Services.GetRequiredService<IClusterClient>();

        foreach (var silo in cluster.Silos)
        {
            var grain = grains.GetGrain<ITellingGrain>("g" + cluster.KeyOwnedBy(silo));
            var owner = cluster.View.OwnerOf(grain.GetGrainId())!.Address;
            Assert.Equal(owner.ToParsableString(), await grain.Where());
        }

        Assert.Equal(5, await grains.GetGrain<IPostGrain>("a").Add(2, 3));
        await Assert.ThrowsAsync<ParcelLostException>(() => grains.GetGrain<IPostGrain>("a").Fail("own"));
    }

    [Fact]
    public async Task A_client_is_connected_with_every_gateway()
    {
        await using var cluster = await FewSilos.Start(3);

        var client = await cluster.Client();

        await Wait.Eventually(() => Assert.All(cluster.Silos, s => Assert.Single(s.Center.Connections, c => c.Peer.Silo is null)));
        GC.KeepAlive(client);
    }

    [Fact]
    public async Task Observers_of_a_client_are_called_from_every_silo()
    {
        await using var cluster = await FewSilos.Start(3);
        var client = await cluster.Client();
        var grains = client.Services.GetRequiredService<IClusterClient>();
        var listener = new Listener("client");
        var reference = grains.CreateObjectReference<IEar>(listener);

        foreach (var silo in cluster.Silos)
        {
            var key = KeyOwnedBy(cluster, silo, grains);
            Assert.Equal("client heard why", await grains.GetGrain<ITellingGrain>(key).Ask(reference, "why").Soon("an answer"));
            await grains.GetGrain<ITellingGrain>(key).Tell(reference, key);
        }

        await Wait.Eventually(() => Assert.Equal(3, listener.Told.Count));
        GC.KeepAlive(listener);
    }

    [Fact]
    public async Task Observers_of_a_silo_are_called_from_other_silos_and_by_clients()
    {
        await using var cluster = await FewSilos.Start(2);
        var listener = new Listener("silo");
        var reference = cluster.Silos[0].Grains.CreateObjectReference<IEar>(listener);
        var key = KeyOwnedBy(cluster, cluster.Silos[1], cluster.Silos[1].Grains);

        Assert.Equal("silo heard what", await cluster.Silos[0].Grains.GetGrain<ITellingGrain>(key).Ask(reference, "what").Soon("an answer"));

        var client = await cluster.Client();
        var grains = client.Services.GetRequiredService<IClusterClient>();
        Assert.Equal("silo heard who", await grains.GetGrain<ITellingGrain>(key).Ask(reference, "who").Soon("an answer"));
        GC.KeepAlive(listener);
    }

    [Fact]
    public async Task One_client_calls_an_observer_of_another()
    {
        await using var cluster = await FewSilos.Start(2);
        var first = (await cluster.Client()).Services.GetRequiredService<IClusterClient>();
        var second = await cluster.Client();
        var listener = new Listener("first");
        var bytes = first.ServiceProvider.GetRequiredService<Orleans.Serialization.Serializer>()
            .SerializeToArray(first.CreateObjectReference<IEar>(listener));

        var reference = second.Services.GetRequiredService<Orleans.Serialization.Serializer>().Deserialize<IEar>(bytes);

        Assert.Equal("first heard me", await reference.Ask("me").Soon("an answer"));
        GC.KeepAlive(listener);
    }

    [Fact]
    public async Task Calling_an_observer_whose_client_is_gone_fails()
    {
        await using var cluster = await FewSilos.Start(2);
        var client = await cluster.Client();
        var reference = client.Services.GetRequiredService<IClusterClient>().CreateObjectReference<IEar>(new Listener("gone"));
        var bytes = client.Services.GetRequiredService<Orleans.Serialization.Serializer>().SerializeToArray(reference);
        await client.StopAsync();

        var silo = cluster.Silos[0].Host.Services;
        var there = silo.GetRequiredService<Orleans.Serialization.Serializer>().Deserialize<IEar>(bytes);

        await Wait.Eventually(() => Assert.DoesNotContain(cluster.Silos.SelectMany(s => s.Center.Connections), c => c.Peer.Silo is null));
        await Assert.ThrowsAsync<ClientNotAvailableException>(() => there.Ask("anybody").Soon("the failure"));
    }

    [Fact]
    public async Task A_call_that_another_silo_owns_by_a_newer_view_is_sent_there()
    {
        await using var cluster = await FewSilos.Start(2);
        var grains = (await cluster.Client()).Services.GetRequiredService<IClusterClient>();
        var key = KeyOwnedBy(cluster, cluster.Silos[1], grains);
        Assert.Equal(cluster.Silos[1].Agent.Self.ToParsableString(), await grains.GetGrain<ITellingGrain>(key).Where());

        // The client hears of it from the silo that it asks, or before.
        cluster.Follow(cluster.Silos, leaving: cluster.Silos[1]);

        Assert.Equal(
            cluster.Silos[0].Agent.Self.ToParsableString(), await grains.GetGrain<ITellingGrain>(key).Where().Soon("the answer of the new owner"));
    }

    [Fact]
    public async Task The_end_of_a_silo_fails_calls_that_wait_for_it_at_once_and_later_ones_go_to_others()
    {
        await using var cluster = await FewSilos.Start(2);
        var grains = (await cluster.Client()).Services.GetRequiredService<IClusterClient>();
        var key = cluster.KeyOwnedBy(cluster.Silos[1]);
        var signal = Signals.NewName();
        var call = grains.GetGrain<IPostGrain>(key).WaitFor(signal);
        await Signals.Wait(signal + " started").Soon("the start of the call");

        cluster.Network.Isolate(cluster.Silos[1].Member.Gateway!.Endpoint);
        await Assert.ThrowsAsync<SiloUnavailableException>(() => call.Soon("the failure of the call"));
        cluster.Follow([cluster.Silos[0]]);

        await Wait.Eventually(async () => Assert.Equal(3, await grains.GetGrain<IPostGrain>(key).Add(1, 2)));
        Signals.Set(signal);
    }

    [Fact]
    public async Task A_client_connects_again_and_tells_of_what_it_lost()
    {
        await using var cluster = await FewSilos.Start(1);
        var counts = new ConcurrentQueue<string>();
        var client = await cluster.Client(c => c
            .AddClusterConnectionLostHandler((_, _) => counts.Enqueue("lost"))
            .AddGatewayCountChangedHandler((_, e) => counts.Enqueue($"{e.PreviousNumberOfConnectedGateways} to {e.NumberOfConnectedGateways}")));
        var grains = client.Services.GetRequiredService<IClusterClient>();
        Assert.Equal(3, await grains.GetGrain<IPostGrain>("a").Add(1, 2));

        var gateway = cluster.Silos[0].Member.Gateway!.Endpoint;
        cluster.Network.Isolate(gateway);
        await Wait.Eventually(() => Assert.Contains("lost", counts));
        cluster.Network.Restore(gateway);

        await Wait.Eventually(async () => Assert.Equal(3, await grains.GetGrain<IPostGrain>("a").Add(1, 2)));
        await Wait.Eventually(() => Assert.Equal(["0 to 1", "lost", "1 to 0", "0 to 1"], counts));
    }

    [Fact]
    public async Task The_start_of_a_client_fails_without_a_gateway_unless_a_filter_tries_again()
    {
        await using var cluster = await FewSilos.Start(1);
        var gateway = cluster.Silos[0].Member.Gateway!.Endpoint;
        cluster.Network.Isolate(gateway);

        await Assert.ThrowsAsync<SiloUnavailableException>(() => cluster.Client());

        var attempts = 0;
        var client = await cluster.Client(c => c.UseConnectionRetryFilter((_, _) =>
        {
            if (++attempts == 3) cluster.Network.Restore(gateway);
            return Task.FromResult(true);
        }));
        Assert.Equal(3, await client.Services.GetRequiredService<IClusterClient>().GetGrain<IPostGrain>("a").Add(1, 2));
        Assert.True(attempts >= 3);
    }

    [Fact]
    public async Task Filters_of_a_client_wrap_its_calls_and_those_of_its_observers()
    {
        await using var cluster = await FewSilos.Start(1);
        var seen = new ConcurrentQueue<string>();
        var client = await cluster.Client(c => c
            .AddOutgoingGrainCallFilter(async context =>
            {
                seen.Enqueue($"out {context.MethodName}");
                await context.Invoke();
            })
            .AddIncomingGrainCallFilter(async context =>
            {
                seen.Enqueue($"in {context.MethodName}");
                await context.Invoke();
            }));
        var grains = client.Services.GetRequiredService<IClusterClient>();
        var listener = new Listener("x");

        await grains.GetGrain<ITellingGrain>("g").Ask(grains.CreateObjectReference<IEar>(listener), "q");

        Assert.Equal(["out Ask", "in Ask"], seen);
        GC.KeepAlive(listener);
    }

    [Fact]
    public async Task A_silo_that_lost_its_lease_answers_nobody()
    {
        await using var cluster = await FewSilos.Start(2);
        var grains = cluster.Silos[0].Grains;
        var key = cluster.KeyOwnedBy(cluster.Silos[1]);
        var signal = Signals.NewName();
        var call = grains.GetGrain<IPostGrain>(key).WaitFor(signal);
        await Signals.Wait(signal + " started").Soon("the start of the call");

        cluster.Silos[1].Agent.Serves = false;
        Signals.Set(signal);

        await Assert.ThrowsAsync<SiloUnavailableException>(() => call.Soon("the failure of the call"));
    }

    [Fact]
    public async Task Calls_to_a_silo_that_is_removed_from_the_view_fail_at_once()
    {
        await using var cluster = await FewSilos.Start(2);
        var grains = cluster.Silos[0].Grains;
        var signal = Signals.NewName();
        var call = grains.GetGrain<IPostGrain>(cluster.KeyOwnedBy(cluster.Silos[1])).WaitFor(signal);
        await Signals.Wait(signal + " started").Soon("the start of the call");

        cluster.Follow([cluster.Silos[0]]);

        await Assert.ThrowsAsync<SiloUnavailableException>(() => call.Soon("the failure of the call"));
        Signals.Set(signal);
    }

    [Fact]
    public async Task A_call_that_a_leaving_silo_runs_is_answered()
    {
        await using var cluster = await FewSilos.Start(2);
        var grains = cluster.Silos[0].Grains;
        var signal = Signals.NewName();
        var call = grains.GetGrain<IPostGrain>(cluster.KeyOwnedBy(cluster.Silos[1])).WaitFor(signal);
        await Signals.Wait(signal + " started").Soon("the start of the call");

        cluster.Follow(cluster.Silos, leaving: cluster.Silos[1]);
        cluster.Follow([cluster.Silos[0]]);
        Signals.Set(signal);

        await call.Soon("the answer of the silo that left");
    }

    [Fact]
    public void A_host_is_a_silo_or_a_client_and_not_both()
    {
        var failure = Assert.ThrowsAny<Exception>(() => new HostBuilder()
            .UseOrleans(silo => silo.UseLocalhostClustering())
            .UseOrleansClient(client => client.UseLocalhostClustering())
            .Build());
        Assert.Contains("UseOrleansClient", failure.ToString());

        Assert.ThrowsAny<Exception>(() => new HostBuilder()
            .UseOrleansClient(client => client.UseLocalhostClustering())
            .UseOrleans(silo => silo.UseLocalhostClustering())
            .Build());
    }

    [Fact]
    public async Task A_client_without_gateways_is_refused_at_its_start()
    {
        using var host = new HostBuilder().UseOrleansClient().ConfigureLogging(l => l.ClearProviders()).Build();

        var failure = await Assert.ThrowsAsync<OrleansConfigurationException>(() => host.StartAsync());

        Assert.Contains("UseStaticClustering", failure.Message);
    }

    private static string KeyOwnedBy(FewSilos cluster, OneOfFew silo, IGrainFactory grains)
    {
        for (var i = 0; ; i++)
        {
            var id = grains.GetGrain<ITellingGrain>($"t{i}").GetGrainId();
            if (cluster.View.OwnerOf(id)!.Address == silo.Agent.Self) return $"t{i}";
        }
    }

    private sealed class Listener(string name) : IEar
    {
        public ConcurrentQueue<string> Told { get; } = [];

        public Task<string> Ask(string question) => Task.FromResult($"{name} heard {question}");

        public void Tell(string text) => Told.Enqueue(text);
    }
}
