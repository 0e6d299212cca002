using Microsoft.Extensions.DependencyInjection;
using Orleans.Placement;
using Orleans.TestingHost;

namespace Orleans.Conformance.Cluster;

public interface ISomewhere : IGrainWithIntegerKey
{
    Task<string> Where();
}

public interface IRandomlyPlaced : ISomewhere;

public interface IHashPlaced : ISomewhere;

public interface IPlacedByCount : ISomewhere;

public interface IPlacedByResources : ISomewhere;

public interface IPlacedAtCaller : ISomewhere;

public abstract class Somewhere : Grain, ISomewhere
{
    public Task<string> Where() => Task.FromResult(RuntimeIdentity);
}

[RandomPlacement]
public sealed class RandomlyPlaced : Somewhere, IRandomlyPlaced;

[HashBasedPlacement]
public sealed class HashPlaced : Somewhere, IHashPlaced;

[ActivationCountBasedPlacement]
public sealed class PlacedByCount : Somewhere, IPlacedByCount;

[ResourceOptimizedPlacement]
public sealed class PlacedByResources : Somewhere, IPlacedByResources;

[PreferLocalPlacement]
public sealed class PlacedAtCaller : Somewhere, IPlacedAtCaller;

/// <summary>Whatever an attribute says of its placement, a grain lives once and every silo finds it.</summary>
[Feature("Cluster", "Placement attributes: accepted; each grain lives once, and many grains are on every silo")]
public sealed class PlacementTests : IAsyncLifetime
{
    private const int Grains = 40;

    private InProcessTestCluster? _cluster;

    public async Task InitializeAsync()
    {
        _cluster = new InProcessTestClusterBuilder(3).Build();
        await _cluster.DeployAsync();
    }

    public async Task DisposeAsync() => await _cluster!.DisposeAsync();

    [Fact]
    public Task Grains_placed_at_random_are_on_every_silo() => LiveOnceAndOnEverySilo<IRandomlyPlaced>();

    [Fact]
    public Task Grains_placed_by_hash_are_on_every_silo() => LiveOnceAndOnEverySilo<IHashPlaced>();

    [Fact]
    public Task Grains_placed_by_the_number_of_activations_are_on_every_silo() => LiveOnceAndOnEverySilo<IPlacedByCount>();

    [Fact]
    public Task Grains_placed_by_resources_live_once() => LiveOnce<IPlacedByResources>();

    [Fact]
    public Task Grains_placed_where_they_are_called_live_once() => LiveOnce<IPlacedAtCaller>();

    private async Task LiveOnceAndOnEverySilo<TGrain>()
        where TGrain : ISomewhere => Assert.Equal(3, (await LiveOnce<TGrain>()).Count);

    private async Task<HashSet<string>> LiveOnce<TGrain>()
        where TGrain : ISomewhere
    {
        var seen = new HashSet<string>();
        for (var key = 0; key < Grains; key++)
        {
            var where = await Task.WhenAll(_cluster!.Silos.Select(silo =>
                silo.ServiceProvider.GetRequiredService<IGrainFactory>().GetGrain<TGrain>(key).Where()));
            seen.Add(Assert.Single(where.Distinct()));
        }

        return seen;
    }
}
