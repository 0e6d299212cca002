using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;

namespace Orleans.Conformance.Cluster;

/// <summary>Three silos as one cluster.</summary>
[Feature("Cluster", "Several silos: grains spread over them and answer from each")]
public sealed class SeveralSilosTests : IAsyncLifetime
{
    private const int Grains = 60;
    private static long s_next = 1_000_000;

    private readonly long _first = Interlocked.Add(ref s_next, 1000);
    private InProcessTestCluster? _cluster;

    private InProcessTestCluster Cluster => _cluster!;

    public async Task InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(3);
        builder.ConfigureSilo((_, silo) => silo.AddMemoryGrainStorageAsDefault());
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async Task DisposeAsync() => await Cluster.DisposeAsync();

    [Fact]
    public async Task Grains_spread_over_the_silos_and_each_lives_on_one()
    {
        var seen = new HashSet<string>();
        foreach (var key in Keys())
        {
            var where = await Task.WhenAll(Cluster.Silos.Select(silo => From(silo, key).Where()));
            seen.Add(Assert.Single(where.Distinct()));
        }

        Assert.Equal(3, seen.Count);
        Assert.Empty(Living.Twice(_first, Grains));
    }

    [Fact]
    [Feature("Hosting", "External client: UseOrleansClient over gateways")]
    public async Task A_client_of_another_process_reaches_every_grain_and_outlives_a_silo()
    {
        foreach (var key in Keys()) Assert.Equal(await From(Cluster.Silos[0], key).Where(), await Cluster.Client.GetGrain<IPlacedGrain>(key).Where());

        await Cluster.StopSiloAsync(Cluster.Silos[0]);

        foreach (var key in Keys()) Assert.Equal(await From(Cluster.Silos[0], key).Where(), await Cluster.Client.GetGrain<IPlacedGrain>(key).Where());
    }

    [Fact]
    public async Task Grains_of_different_silos_call_each_other()
    {
        foreach (var key in Keys().Take(20))
        {
            var expected = await From(Cluster.Silos[0], key + 1).Where();
            Assert.Equal(expected, await From(Cluster.Silos[1], key).AskOther(key + 1));
        }
    }

    [Fact]
    [Feature("Observers", "Observers of a client, called by grains of every silo")]
    public async Task Observers_of_clients_and_of_silos_are_called_by_grains_of_every_silo()
    {
        foreach (var client in new[] { Cluster.Client, Cluster.GetSiloServiceProvider().GetRequiredService<IClusterClient>() })
        foreach (var silo in Cluster.Silos)
        {
            var listener = new ListenerOfTest();
            var reference = client.CreateObjectReference<IListener>(listener);

            await client.GetGrain<IPlacedGrain>(await KeyOn(silo)).Tell(reference, "hello");

            Assert.Equal("hello", await listener.Heard.Task.Soon("what the grain tells"));
            GC.KeepAlive(listener);
        }
    }

    [Fact]
    public async Task A_failure_on_another_silo_keeps_its_type_and_text()
    {
        foreach (var silo in Cluster.Silos)
        {
            var failure = await Assert.ThrowsAsync<InvalidOperationException>(async () => await From(Cluster.Silos[0], await KeyOn(silo)).Fail("no such room"));
            Assert.Equal("no such room", failure.Message);
        }
    }

    [Fact]
    public async Task A_call_on_another_silo_is_cancelled_there()
    {
        foreach (var silo in Cluster.Silos)
        {
            var signal = Signals.NewName();
            using var cancellation = new CancellationTokenSource();
            var held = From(Cluster.Silos[0], await KeyOn(silo)).HoldUntilCancelled(signal, cancellation.Token);
            await Wait.Eventually(() => Assert.Equal(["held"], Signals.Lines(signal)));

            await cancellation.CancelAsync();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => held.Soon("the cancellation"));
            await Wait.Eventually(() => Assert.Equal(["held", "cancelled"], Signals.Lines(signal)));
        }
    }

    [Fact]
    [Feature("Cluster", "Graceful stop: running calls finish, waiting ones move, callers see no error")]
    public async Task A_silo_that_stops_under_load_costs_no_caller_an_error()
    {
        var stopping = Cluster.Silos[2];
        var signal = Signals.NewName();
        var key = await KeyOn(stopping);
        var running = From(Cluster.Silos[0], key).Hold(signal);
        await Wait.Eventually(() => Assert.Equal(["held"], Signals.Lines(signal)));
        var waiting = From(Cluster.Silos[0], key).Where();
        var origin = stopping.SiloAddress;
        using var load = new Load(From, Cluster.Silos[0], Cluster.Silos[1], _first);

        var stopped = Cluster.StopSiloAsync(stopping);
        Signals.Set(signal);
        await stopped.Soon("the stop");
        await load.Stop();

        Assert.Contains(origin.Endpoint.ToString(), await running.Soon("what was running"), StringComparison.Ordinal);
        await waiting.Soon("what was waiting");
        Assert.DoesNotContain(origin.Endpoint.ToString(), await From(Cluster.Silos[0], key).Where(), StringComparison.Ordinal);
        Assert.Empty(load.Failures);
        Assert.True(load.Answers > 0);
        Assert.Empty(Living.Twice(_first, 1000));
    }

    [Fact]
    [Feature("Cluster", "Silos join under load; stored state follows its grain")]
    public async Task A_silo_that_joins_under_load_takes_its_share_and_costs_no_caller_an_error()
    {
        var sums = new Dictionary<long, int>();
        foreach (var key in Keys()) sums[key] = await From(Cluster.Silos[0], key).Add(1);
        using var load = new Load(From, Cluster.Silos[0], Cluster.Silos[1], _first + 500);

        var joined = await Cluster.StartAdditionalSiloAsync();
        await Cluster.WaitForLivenessToStabilizeAsync();
        await load.Stop();

        foreach (var key in Keys()) Assert.Equal(sums[key] + 1, await From(joined, key).Add(1));
        Assert.Empty(load.Failures);
        Assert.Empty(Living.Twice(_first, 1000));
        Assert.Contains(Keys(), key => From(joined, key).Where().GetAwaiter().GetResult().Contains(joined.SiloAddress.Endpoint.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    [Feature("Cluster", "A killed silo: its calls fail at once with SiloUnavailableException, its grains answer elsewhere", Better = "within seconds of the kill")]
    public async Task A_killed_silos_calls_fail_at_once_and_its_grains_answer_elsewhere()
    {
        var killed = Cluster.Silos[1];
        var key = await KeyOn(killed);
        var signal = Signals.NewName();
        var held = From(Cluster.Silos[0], key).Hold(signal);
        await Wait.Eventually(() => Assert.Equal(["held"], Signals.Lines(signal)));

        await Cluster.KillSiloAsync(killed);

        await Assert.ThrowsAsync<SiloUnavailableException>(() => held.Soon("the failure"));
        await Wait.Eventually(async () => Assert.DoesNotContain(
            killed.SiloAddress.Endpoint.ToString(), await From(Cluster.Silos[0], key).Where(), StringComparison.Ordinal));
        await Cluster.WaitForLivenessToStabilizeAsync(didKill: true);
        Assert.Equal(2, Cluster.Silos.Count);
    }

    [Fact]
    [Feature("Testing", "Test clusters of several silos: start, stop, kill and restart each of them")]
    public async Task A_restarted_silo_has_its_ports_a_new_generation_and_its_share_of_the_grains()
    {
        var before = Cluster.Silos[1];

        var after = await Cluster.RestartSiloAsync(before);
        await Cluster.WaitForLivenessToStabilizeAsync();

        Assert.Equal(before.SiloAddress.Endpoint, after.SiloAddress.Endpoint);
        Assert.True(after.SiloAddress.Generation > before.SiloAddress.Generation);
        var where = await Task.WhenAll(Keys().Select(key => From(Cluster.Silos[0], key).Where()));
        Assert.Contains(where, w => w.Contains(after.SiloAddress.Endpoint.ToString(), StringComparison.Ordinal));
    }

    private static IPlacedGrain From(InProcessSiloHandle silo, long key) =>
        silo.ServiceProvider.GetRequiredService<IGrainFactory>().GetGrain<IPlacedGrain>(key);

    private IEnumerable<long> Keys() => Enumerable.Range(0, Grains).Select(i => _first + i);

    // A grain that lives on that silo.
    private async Task<long> KeyOn(InProcessSiloHandle silo)
    {
        for (var key = _first + 100; key < _first + 400; key++)
            if ((await From(silo, key).Where()).Contains(silo.SiloAddress.Endpoint.ToString(), StringComparison.Ordinal)) return key;
        throw new InvalidOperationException($"None of 300 grains lives on {silo.SiloAddress}.");
    }

    /// <summary>Calls grains from two silos without a pause until it is stopped.</summary>
    private sealed class Load : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task[] _callers;
        private int _answers;

        public Load(Func<InProcessSiloHandle, long, IPlacedGrain> from, InProcessSiloHandle one, InProcessSiloHandle two, long first)
        {
            _callers = [.. Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
            {
                for (var n = 0; !_stop.IsCancellationRequested; n++)
                {
                    try
                    {
                        await from(i % 2 == 0 ? one : two, first + 100 + (((n * 8) + i) % 100)).Where();
                        Interlocked.Increment(ref _answers);
                    }
                    catch (Exception failure)
                    {
                        lock (Failures) Failures.Add(failure);
                        return;
                    }
                }
            }))];
        }

        public List<Exception> Failures { get; } = [];

        public int Answers => _answers;

        public async Task Stop()
        {
            await _stop.CancelAsync();
            await Task.WhenAll(_callers).Soon("the end of the load");
        }

        public void Dispose() => _stop.Dispose();
    }
}
