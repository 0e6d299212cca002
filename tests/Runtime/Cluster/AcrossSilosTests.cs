using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Conformance.AsyncEnumerables;
using Orleans.Conformance.Diagnostics;
using Orleans.Conformance.Extensions;
using Orleans.Conformance.Management;
using Orleans.Conformance.Serialization;
using Orleans.Conformance.Serialization.Plain;
using Orleans.Serialization;
using Orleans.TestingHost;

namespace Orleans.Conformance.Cluster;

/// <summary>What is more than a plain call reaches grains of other silos too.</summary>
public sealed class AcrossSilosTests(AcrossSilosTests.Fixture fixture) : IClassFixture<AcrossSilosTests.Fixture>
{
    private InProcessTestCluster Cluster => fixture.Cluster;

    // Grains are called through the first silo.
    private IGrainFactory Grains => Cluster.Silos[0].ServiceProvider.GetRequiredService<IGrainFactory>();

    private IManagementGrain Management => Grains.GetGrain<IManagementGrain>(0);

    [Fact]
    [Feature("Cluster", "IAsyncEnumerable across silos")]
    public async Task A_grain_of_any_silo_is_enumerated()
    {
        foreach (var silo in Cluster.Silos)
        {
            var (ticker, _) = await On<ITicker>(silo, grain => grain.Push("line"));

            Assert.Equal(Enumerable.Range(1, 250), await All(ticker.Count(250)));
            Assert.Equal([[1], [1, 2]], await All(ticker.Growing(2)));
            Assert.Equal(["a", "b"], await All(ticker.Echo(["a", "b"])));
            Assert.Equal([1.5], await All(ticker.Echo([1.5])));
            var failure = await Assert.ThrowsAsync<TickerException>(() => All(ticker.CountAndFail(3, "no more")));
            Assert.Equal(("no more", 42), (failure.Message, failure.Code));
        }
    }

    [Fact]
    [Feature("Cluster", "IAsyncEnumerable across silos")]
    public async Task An_enumeration_on_another_silo_ends_with_its_caller()
    {
        foreach (var silo in Cluster.Silos)
        {
            var (ticker, key) = await On<ITicker>(silo, grain => grain.Push("first"));
            await foreach (var line in ticker.Tail())
                if (line == "first") break;
            await Wait.Eventually(() => Assert.Equal(["start", "end"], Signals.Lines(key)));

            using var cancellation = new CancellationTokenSource();
            var waiting = All(ticker.Tail(cancellation.Token));
            await Wait.Eventually(() => Assert.Equal(["start", "end", "start"], Signals.Lines(key)));
            await cancellation.CancelAsync();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Soon("the cancelled enumeration"));
            await Wait.Eventually(() => Assert.Equal(["start", "end", "start", "end"], Signals.Lines(key)));
        }
    }

    [Fact]
    [Feature("Cluster", "IAsyncEnumerable across silos")]
    public async Task An_enumeration_ends_when_its_activation_on_another_silo_does()
    {
        foreach (var silo in Cluster.Silos)
        {
            var (ticker, _) = await On<ITicker>(silo, grain => grain.Push("first"));
            await using var lines = ticker.Tail().GetAsyncEnumerator();
            Assert.True(await lines.MoveNextAsync());
            var next = lines.MoveNextAsync().AsTask();

            await ticker.End();

            await Assert.ThrowsAsync<EnumerationAbortedException>(() => next.Soon("the end of the enumeration"));
        }
    }

    [Fact]
    [Feature("Cluster", "IAsyncEnumerable across silos")]
    public async Task An_enumeration_fails_at_once_when_its_silo_dies()
    {
        var own = new Fixture();
        await own.InitializeAsync();
        var victim = own.Cluster.Silos[2];
        var (ticker, key) = await new AcrossSilosTests(own).On<ITicker>(victim, grain => grain.Push("first"));
        var lines = ticker.Tail().GetAsyncEnumerator();
        Assert.True(await lines.MoveNextAsync());
        var next = lines.MoveNextAsync().AsTask();
        Assert.False(next.IsCompleted);

        await own.Cluster.KillSiloAsync(victim);

        await Assert.ThrowsAsync<SiloUnavailableException>(() => next.Soon("the failure of the enumeration"));
        await lines.DisposeAsync().AsTask().Soon("the end of the enumerator");
        Assert.Equal("start", Signals.Lines(key)[0]);
        await own.DisposeAsync();
    }

    [Fact]
    [Feature("Cluster", "Grain extensions across silos")]
    public async Task An_extension_on_another_silo_is_called()
    {
        foreach (var silo in Cluster.Silos)
        {
            var (notebook, key) = await On<INotebook>(silo, grain => grain.Write("milk"));

            Assert.Equal($"{key}: milk", await notebook.AsReference<INotebookReader>().Read());
            Assert.Equal(key, await notebook.AsReference<INotebookReader>().Owner());
            await Assert.ThrowsAsync<GrainExtensionNotInstalledException>(() => notebook.AsReference<IAbsentExtension>().Call());
        }
    }

    [Fact]
    [Feature("Cluster", "IManagementGrain tells of every silo")]
    public async Task Management_tells_of_every_silo()
    {
        var silos = Cluster.Silos.Select(silo => silo.SiloAddress).ToHashSet();
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Grains.GetGrain<IManagedGrain>(i).Touch()));

        Assert.Equal(silos, (await Management.GetHosts(onlyActive: true)).Keys.ToHashSet());
        Assert.Equal(silos, (await Management.GetDetailedHosts(onlyActive: true)).Select(entry => entry.SiloAddress).ToHashSet());
        var counts = (await Management.GetSimpleGrainStatistics()).Where(s => s.GrainType.Contains(nameof(ManagedGrain), StringComparison.Ordinal)).ToList();
        Assert.Equal(60, counts.Sum(count => count.ActivationCount));
        Assert.Equal(silos, counts.Select(count => count.SiloAddress).ToHashSet());
        Assert.Equal(60, (await Management.GetActiveGrains(Grains.GetGrain<IManagedGrain>(0).GetGrainId().Type)).Count);
        Assert.All(await Management.GetRuntimeStatistics([.. silos]), load => Assert.True(load.ActivationCount > 0));
        var (_, key) = await On<ITicker>(Cluster.Silos[2], grain => grain.Push("x"));
        Assert.Equal(Cluster.Silos[2].SiloAddress, await Management.GetActivationAddress(Grains.GetGrain<ITicker>(key)));
    }

    [Fact]
    [Feature("Cluster", "JSON types and surrogates across silos")]
    public async Task Foreign_types_reach_other_silos()
    {
        foreach (var silo in Cluster.Silos)
        {
            var (grain, _) = await On<IForeignGrain>(silo, grain => grain.EchoAny(1));

            Assert.Equal([1, 2], (await grain.Echo(new Ticket { Seats = { 1, 2 } })).Seats);
            Assert.Equal(3, Assert.IsType<Pass>(await grain.EchoAny(new Pass { Days = 3 })).Days);
            Assert.Equal(21, Assert.IsType<Thermometer>(await grain.EchoAny(new Thermometer(21))).Degrees);
            await Assert.ThrowsAsync<CodecNotFoundException>(() => grain.EchoAny(new Unknown()));
        }
    }

    [Fact]
    [Feature("Cluster", "Traces across silos")]
    public async Task A_trace_goes_on_on_another_silo()
    {
        using var source = new ActivitySource("Orleans.Conformance.AcrossSilos");
        using var listener = new ActivityListener
        {
            ShouldListenTo = candidate => candidate == source,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        using var root = source.StartActivity("root")!;

        foreach (var silo in Cluster.Silos)
        {
            var (grain, _) = await On<ITracedGrain>(silo, grain => grain.Trace());

            Assert.Contains(root.TraceId.ToHexString(), await grain.ParentHeader(), StringComparison.Ordinal);
        }
    }

    // A grain that lives on the silo, found by trying keys.
    private async Task<(TGrain Grain, string Key)> On<TGrain>(SiloHandle silo, Func<TGrain, Task> touch)
        where TGrain : IGrainWithStringKey
    {
        for (var i = 0; i < 200; i++)
        {
            var key = Signals.NewName();
            var grain = Grains.GetGrain<TGrain>(key);
            await touch(grain);
            if (silo.SiloAddress.Equals(await Management.GetActivationAddress(grain))) return (grain, key);
        }

        throw new InvalidOperationException($"None of 200 grains lives on {silo.SiloAddress}.");
    }

    private static async Task<List<T>> All<T>(IAsyncEnumerable<T> elements)
    {
        var all = new List<T>();
        await foreach (var element in elements) all.Add(element);
        return all;
    }

    public sealed class Fixture : IAsyncLifetime
    {
        private InProcessTestCluster? _cluster;

        public InProcessTestCluster Cluster => _cluster!;

        public async Task InitializeAsync()
        {
            var builder = new InProcessTestClusterBuilder(3);
            builder.ConfigureSilo((_, silo) =>
            {
                silo.AddMemoryGrainStorageAsDefault();
                silo.AddGrainExtension<INotebookReader, NotebookReader>();
                silo.AddActivityPropagation();
                silo.Services.AddSerializer(serializer => serializer.AddJsonSerializer(ForeignTypeTests.IsPlain));
            });
            _cluster = builder.Build();
            await _cluster.DeployAsync();
        }

        public async Task DisposeAsync() => await Cluster.DisposeAsync();
    }
}
