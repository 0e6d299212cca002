using Microsoft.Extensions.DependencyInjection;
using Orleans.Conformance.AsyncEnumerables;
using Orleans.Conformance.Management;
using Orleans.Conformance.Messaging;

namespace Orleans.Conformance.Cluster;

/// <summary>What is more than a plain call works from a process without grains.</summary>
[Feature("Cluster", "Enumerations and IManagementGrain from a client")]
public sealed class ClientFeaturesTests
{
    [Fact]
    public async Task A_client_enumerates_grains_of_every_silo_and_ends_what_it_does_not_finish()
    {
        await using var cluster = await FewSilos.Start(3);
        var grains = (await cluster.Client()).Services.GetRequiredService<IClusterClient>();

        for (var i = 0; i < 12; i++)
        {
            var key = Signals.NewName();
            var ticker = grains.GetGrain<ITicker>(key);
            var numbers = new List<int>();
            await foreach (var number in ticker.Count(1000).WithBatchSize(7))
            {
                numbers.Add(number);
                if (number == 30) break;
            }

            Assert.Equal(Enumerable.Range(1, 30), numbers);
            await Wait.Eventually(() => Assert.Equal("end", Signals.Lines(key)[^1]));
            await using var lines = ticker.Tail().GetAsyncEnumerator();
            await ticker.Push("line");
            Assert.True(await lines.MoveNextAsync().AsTask().Soon("the line"));
            Assert.Equal("line", lines.Current);
        }
    }

    [Fact]
    public async Task A_client_asks_management_for_all_silos()
    {
        await using var cluster = await FewSilos.Start(3);
        var grains = (await cluster.Client()).Services.GetRequiredService<IClusterClient>();
        for (var i = 0; i < 30; i++) await grains.GetGrain<IManagedGrain>(i).Touch();

        var counts = await grains.GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics(
            [.. (await grains.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true)).Keys]);

        Assert.Contains(counts, count => count.GrainType.Contains(nameof(ManagedGrain), StringComparison.Ordinal));
    }
}
