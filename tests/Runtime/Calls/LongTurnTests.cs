using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Orleans.Conformance.Calls;

public interface IThreadHolder : IGrainWithStringKey
{
    /// <summary>Keeps its thread until the test releases it.</summary>
    Task Hold(string entered, string released);
}

public sealed class ThreadHolder : Grain, IThreadHolder
{
    public Task Hold(string entered, string released)
    {
        Signals.Set(entered);
        Signals.Wait(released).Wait();
        return Task.CompletedTask;
    }
}

/// <summary>A turn that keeps its thread for long is told, and a short one never is.</summary>
[Feature("Operations", "Warnings of long turns and long queues")]
public class LongTurnTests
{
    [Fact]
    public async Task A_turn_of_three_seconds_is_warned_of()
    {
        var warnings = await WarningsOfATurnOf(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));

        // The warning comes when the thread is given up, which is after the answer.
        await Wait.Eventually(() => Assert.Contains(warnings, w => w.Contains("threadholder", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_short_turn_that_meets_a_step_of_the_clock_is_not()
    {
        var warnings = await WarningsOfATurnOf(TimeSpan.FromSeconds(1));

        Assert.DoesNotContain(warnings, w => w.Contains("threadholder", StringComparison.Ordinal));
    }

    private static async Task<IReadOnlyCollection<string>> WarningsOfATurnOf(params TimeSpan[] steps)
    {
        var time = new ManualTimeProvider();
        var log = new CollectedWarnings();
        await using (var cluster = await OneSilo.Start(silo => silo.Services.AddLogging(l => l.AddProvider(log)), time))
        {
            var (entered, released) = (Signals.NewName(), Signals.NewName());
            var call = cluster.Client.GetGrain<IThreadHolder>("long").Hold(entered, released);
            await Signals.Wait(entered);
            foreach (var step in steps) time.Advance(step);
            Signals.Set(released);
            await call;
        }

        return log.Lines;
    }
}
