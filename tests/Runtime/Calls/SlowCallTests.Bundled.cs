using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace Orleans.Conformance.Calls;

[Feature("Operations", "Warnings of calls that run or wait for long (RequestProcessingWarningTime, RequestQueueDelayWarningTime)")]
public sealed class SlowCallTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly string _key = Signals.NewName();

    [Fact]
    public async Task A_call_that_runs_or_waits_for_longer_than_20_seconds_is_told_of_once_with_what_it_waits_for()
    {
        using var log = new CollectedWarnings();
        await using var cluster = await OneSilo.Start(silo => silo.Services.AddLogging(l => l.AddProvider(log)), _time);
        var signal = Signals.NewName();
        var grain = cluster.Client.GetGrain<ISlowlyAnswering>(_key);
        var running = grain.Hold(signal);
        await Signals.Wait(signal + " held");
        var waiting = grain.Hold(signal);
        // It overtakes what waits, and shows that it had arrived.
        await grain.Glance();

        Pass(seconds: 18);
        Assert.Empty(Told(log));
        Pass(seconds: 8);

        Assert.Single(Told(log), line => line.Contains("is running", StringComparison.Ordinal));
        Assert.Single(Told(log), line => line.Contains("waits in a queue of 1 behind", StringComparison.Ordinal));
        Signals.Set(signal);
        await Task.WhenAll(running, waiting);
        Pass(seconds: 30);
        Assert.Equal(2, Told(log).Length);
    }

    private string[] Told(CollectedWarnings log) =>
        [.. log.Lines.Where(line => line.Contains(_key, StringComparison.Ordinal) && line.Contains("no answer", StringComparison.Ordinal))];

    private void Pass(int seconds)
    {
        for (var i = 0; i < seconds; i++) _time.Advance(TimeSpan.FromSeconds(1));
    }
}

public interface ISlowlyAnswering : IGrainWithStringKey
{
    Task Hold(string signal);

    [AlwaysInterleave]
    Task Glance();
}

public sealed class SlowlyAnswering : Grain, ISlowlyAnswering
{
    public async Task Hold(string signal)
    {
        Signals.Set(signal + " held");
        await Signals.Wait(signal);
    }

    public Task Glance() => Task.CompletedTask;
}
