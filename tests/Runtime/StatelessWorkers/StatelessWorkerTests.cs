using Orleans.Concurrency;
using Orleans.TestingHost;

namespace Orleans.Conformance.StatelessWorkers;

public interface IWorker : IGrainWithIntegerKey
{
    Task<int> Work(string log, string? waitFor = null);
}

public interface ITwoWorkers : IWorker;

[StatelessWorker(2)]
public sealed class TwoWorkers : Grain, ITwoWorkers
{
    private static int s_instances;
    private readonly int _instance = Interlocked.Increment(ref s_instances);

    public async Task<int> Work(string log, string? waitFor)
    {
        Signals.Log(log, $"{_instance}");
        if (waitFor is not null) await Signals.Wait(waitFor);
        return _instance;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Signals.Log("two workers", $"{_instance} ends");
        return Task.CompletedTask;
    }
}

[Feature("Grains", "[StatelessWorker]")]
public sealed class StatelessWorkerTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private readonly string _log = Signals.NewName();
    private InProcessTestCluster? _cluster;

    private ITwoWorkers Workers => _cluster!.Client.GetGrain<ITwoWorkers>(0);

    public async Task InitializeAsync() => _cluster = await OneSilo.Start(time: _time);

    public async Task DisposeAsync() => await _cluster!.DisposeAsync();

    [Fact]
    public async Task Calls_share_as_many_workers_as_there_may_be()
    {
        var signal = Signals.NewName();
        var calls = Enumerable.Range(0, 4).Select(_ => Workers.Work(_log, signal)).ToArray();

        await Wait.Eventually(() => Assert.Equal(2, Signals.Lines(_log).Length));
        Signals.Set(signal);

        var seen = await Task.WhenAll(calls);
        Assert.Equal(2, seen.Distinct().Count());
        Assert.All(seen.GroupBy(i => i), worker => Assert.Equal(2, worker.Count()));
    }

    [Fact]
    public async Task An_idle_worker_is_used_again()
    {
        var first = await Workers.Work(_log);
        await Wait.Eventually(async () => Assert.Equal(first, await Workers.Work(_log)));
    }

    [Fact]
    public async Task A_surplus_worker_ends_when_it_is_idle()
    {
        var signal = Signals.NewName();
        var calls = new[] { Workers.Work(_log, signal), Workers.Work(_log, signal) };
        await Wait.Eventually(() => Assert.Equal(2, Signals.Lines(_log).Length));
        Signals.Set(signal);
        var both = await Task.WhenAll(calls);

        await Wait.Eventually(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(500));
            Assert.Single(Signals.Lines("two workers"), line => both.Any(i => line == $"{i} ends"));
        });

        var rest = await Workers.Work(_log);
        Assert.Contains(rest, both);
    }
}
