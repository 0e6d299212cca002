using System.Collections.Concurrent;
using Orleans.Conformance.Messaging;
using Orleans.TestingHost;

namespace Orleans.Conformance.Cluster;

/// <summary>The client of a cluster calls its grains from outside of the silos.</summary>
public sealed class OutsideClientTests
{
    [Fact]
    [Feature("Cluster", "Clients: UseOrleansClient")]
    public async Task It_calls_grains_of_every_silo_and_goes_on_when_one_is_killed()
    {
        await using var cluster = await Start();
        var grains = cluster.Client;

        var places = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => grains.GetGrain<ITellingGrain>($"t{i}").Where()));
        Assert.Equal(2, places.Distinct().Count());

        await cluster.KillSiloAsync(cluster.Silos[1]);
        await Wait.Eventually(async () =>
        {
            var left = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => grains.GetGrain<ITellingGrain>($"t{i}").Where()));
            Assert.Single(left.Distinct());
        });
    }

    [Fact]
    [Feature("Cluster", "Clients: observers, called from every silo")]
    public async Task Grains_of_every_silo_call_its_observers()
    {
        await using var cluster = await Start();
        var grains = cluster.Client;
        var listener = new Listener();
        var reference = grains.CreateObjectReference<IEar>(listener);

        for (var i = 0; i < 20; i++)
            Assert.Equal($"heard {i}", await grains.GetGrain<ITellingGrain>($"t{i}").Ask(reference, $"{i}"));

        Assert.Equal(20, listener.Heard.Count);
    }

    private static async Task<InProcessTestCluster> Start()
    {
        var cluster = new InProcessTestClusterBuilder(2).Build();
        await cluster.DeployAsync();
        return cluster;
    }

    private sealed class Listener : IEar
    {
        public ConcurrentQueue<string> Heard { get; } = [];

        public Task<string> Ask(string question)
        {
            Heard.Enqueue(question);
            return Task.FromResult($"heard {question}");
        }

        public void Tell(string text) => Heard.Enqueue(text);
    }
}
