using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Orleans.Conformance.Diagnostics;

[Feature("Operations", "Meter Microsoft.Orleans with orleans-* instruments")]
public sealed class MeterTests : IAsyncLifetime, IDisposable
{
    private readonly ConcurrentDictionary<string, double> _sums = new();
    private readonly ConcurrentDictionary<string, int> _counts = new();
    private readonly ConcurrentDictionary<string, double> _byClass = new();
    private readonly ManualTimeProvider _time = new();
    private MeterListener? _listener;
    private TestingHost.InProcessTestCluster? _cluster;

    public async Task InitializeAsync()
    {
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Microsoft.Orleans") listener.EnableMeasurementEvents(instrument);
            },
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
        _cluster = await OneSilo.Start(time: _time);
    }

    public async Task DisposeAsync()
    {
        Dispose();
        await _cluster!.DisposeAsync();
    }

    public void Dispose() => _listener?.Dispose();

    // Other tests run in the same process, so figures are compared with what they were before.
    [Fact]
    public async Task Activations_are_counted_when_they_begin_end_and_fail()
    {
        var (created, destroyed) = (Sum("orleans-catalog-activation-created"), Sum("orleans-catalog-activation-destroyed"));
        for (var i = 0; i < 5; i++) await _cluster!.Client.GetGrain<IMeteredGrain>(Signals.NewName()).Answer();

        Assert.True(Sum("orleans-catalog-activation-created") >= created + 5);
        _listener!.RecordObservableInstruments();
        Assert.Equal(5, _byClass.Single(pair => pair.Key.Contains(nameof(MeteredGrain), StringComparison.Ordinal)).Value);

        await _cluster!.Client.GetGrain<IMeteredGrain>(Signals.NewName()).End();
        await Wait.Eventually(() => Assert.True(Sum("orleans-catalog-activation-destroyed") >= destroyed + 1));
    }

    [Fact]
    public async Task The_latency_of_calls_is_measured_while_somebody_listens()
    {
        var before = Count("orleans-app-requests-latency");
        for (var i = 0; i < 20; i++) await _cluster!.Client.GetGrain<IMeteredGrain>("latency").Answer();

        await Wait.Eventually(() => Assert.True(Count("orleans-app-requests-latency") >= before + 20));
    }

    [Fact]
    public async Task Operations_on_storage_are_measured()
    {
        var (reads, writes) = (Count("orleans-storage-read-latency"), Count("orleans-storage-write-latency"));

        await _cluster!.Client.GetGrain<IMeteredGrain>(Signals.NewName()).Save("x");

        Assert.True(Count("orleans-storage-read-latency") >= reads + 1);
        Assert.True(Count("orleans-storage-write-latency") >= writes + 1);
    }

    [Fact]
    public async Task Calls_that_time_out_are_counted()
    {
        var before = Sum("orleans-app-requests-timedout");
        var signal = Signals.NewName();
        var held = _cluster!.Client.GetGrain<IMeteredGrain>("timeout").Hold(signal);

        await Wait.Eventually(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            Assert.True(held.IsCompleted);
        });

        await Assert.ThrowsAsync<TimeoutException>(() => held);
        Assert.True(Sum("orleans-app-requests-timedout") >= before + 1);
        Signals.Set(signal);
    }

    private double Sum(string name) => _sums.GetValueOrDefault(name);

    private int Count(string name) => _counts.GetValueOrDefault(name);

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        _sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
        _counts.AddOrUpdate(instrument.Name, 1, static (_, count) => count + 1);
        if (instrument.Name == "orleans-grains" && tags.Length > 0) _byClass[tags[0].Value?.ToString() ?? ""] = value;
    }
}

public interface IMeteredGrain : IGrainWithStringKey
{
    Task Answer();

    Task Save(string text);

    Task End();

    Task Hold(string signal);
}

[GenerateSerializer]
public sealed class MeteredState
{
    [Id(0)]
    public string? Text { get; set; }
}

public sealed class MeteredGrain([PersistentState("metered")] IPersistentState<MeteredState> state) : Grain, IMeteredGrain
{
    public Task Answer() => Task.CompletedTask;

    public Task Save(string text)
    {
        state.State.Text = text;
        return state.WriteStateAsync();
    }

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task Hold(string signal) => Signals.Wait(signal);
}
