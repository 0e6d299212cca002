using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Conformance.Calls;

public interface ITurnProbe : IGrainWithStringKey
{
    /// <summary>Where each step of a method runs: "grain" for its own scheduler, else "pool".</summary>
    Task<string[]> WhereStepsRun();

    Task<string[]> WhereEscapesRun();

    Task<string[]> WhatIsCurrent();

    Task<int> TurnsAtOnce();

    Task<bool> HoldsItsThreadFor(string signal);

    /// <summary>Takes one turn after the other without a pause.</summary>
    Task TakeTurnsUntil(string signal);
}

public sealed class TurnProbe(IGrainContextAccessor accessor, IGrainContext context, IGrainFactory grains) : Grain, ITurnProbe
{
    private int _inside;
    private int _most;

    public async Task<string[]> WhereStepsRun()
    {
        var scheduler = TaskScheduler.Current;
        var steps = new List<string> { Where("start") };
        await Task.Yield();
        steps.Add(Where("after yield"));
        await Task.Run(static () => { });
        steps.Add(Where("after Task.Run"));
        await grains.GetGrain<IGreeter>("anybody").Greet("me");
        steps.Add(Where("after a call"));
        await grains.GetGrain<IGreeter>("anybody").GreetSoon("me");
        steps.Add(Where("after a ValueTask call"));
        await Task.CompletedTask.ContinueWith(_ => steps.Add(Where("ContinueWith")), TaskScheduler.Current);
        await Task.Factory.StartNew(
            () => steps.Add(Where("StartNew")), CancellationToken.None, TaskCreationOptions.None, TaskScheduler.Current);
        await foreach (var step in Steps()) steps.Add(step);
        steps.Add(Where("after await foreach"));
        await Task.WhenAll(One(), One());
        steps.Add(Where("after WhenAll"));
        return [.. steps];

        string Where(string what) => $"{what}: {(ReferenceEquals(TaskScheduler.Current, scheduler) && scheduler != TaskScheduler.Default ? "grain" : "pool")}";

        async IAsyncEnumerable<string> Steps([EnumeratorCancellation] CancellationToken token = default)
        {
            await Task.Yield();
            token.ThrowIfCancellationRequested();
            yield return Where("in await foreach");
        }

        async Task One()
        {
            await Task.Yield();
            steps.Add(Where("in WhenAll"));
        }
    }

    public async Task<string[]> WhereEscapesRun()
    {
        var steps = new List<string>();
        await Task.Run(() => steps.Add(Where("Task.Run")));
        steps.Add(Where("after Task.Run"));
        await Leave();
        steps.Add(Where("after leaving"));
        return [.. steps];

        string Where(string what) => $"{what}: {(TaskScheduler.Current == TaskScheduler.Default ? "pool" : "grain")}, {(accessor.GrainContext is null ? "no context" : "context")}";

        async Task Leave()
        {
            var pause = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _ = Task.Run(pause.SetResult);
            await pause.Task.ConfigureAwait(false);
            steps.Add(Where("after ConfigureAwait(false)"));
        }
    }

    public Task<string[]> WhatIsCurrent() => Task.FromResult<string[]>(
    [
        $"synchronization context: {SynchronizationContext.Current?.ToString() ?? "none"}",
        $"context: {ReferenceEquals(accessor.GrainContext, context)}",
        $"own context: {ReferenceEquals(GrainContext, context)}",
    ]);

    public async Task<int> TurnsAtOnce()
    {
        await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            for (var i = 0; i < 20; i++)
            {
                await Task.Yield();
                _most = Math.Max(_most, Interlocked.Increment(ref _inside));
                Thread.SpinWait(200);
                Interlocked.Decrement(ref _inside);
            }
        }));
        return _most;
    }

    public async Task TakeTurnsUntil(string signal)
    {
        while (!Signals.Wait(signal).IsCompleted) await Task.Yield();
    }

    public Task<bool> HoldsItsThreadFor(string signal) => Task.FromResult(Signals.Wait(signal).Wait(TimeSpan.FromSeconds(20)));
}

[Feature("Calls", "Turns: one at a time, continuations stay on the activation")]
public sealed class TurnTests(OneSiloFixture silo) : IClassFixture<OneSiloFixture>
{
    private readonly ITurnProbe _probe = silo.Grains.GetGrain<ITurnProbe>(Signals.NewName());

    [Fact]
    public async Task Every_step_of_a_method_comes_back_to_its_grain()
    {
        var steps = await _probe.WhereStepsRun();

        Assert.Equal(12, steps.Length);
        Assert.All(steps, step => Assert.EndsWith(": grain", step, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_leaves_the_grain_runs_on_the_pool_without_its_context() => Assert.Equal(
        [
            "Task.Run: pool, no context",
            "after Task.Run: grain, context",
            "after ConfigureAwait(false): pool, no context",
            "after leaving: grain, context",
        ],
        await _probe.WhereEscapesRun());

    [Fact]
    public async Task A_turn_knows_its_grain_and_has_no_synchronization_context() =>
        Assert.Equal(["synchronization context: none", "context: True", "own context: True"], await _probe.WhatIsCurrent());

    [Fact]
    public async Task Turns_of_one_grain_never_run_at_once() => Assert.Equal(1, await _probe.TurnsAtOnce());

    [Fact]
    public async Task A_grain_that_holds_its_thread_does_not_hold_up_what_it_called()
    {
        var signal = Signals.NewName();
        var holding = _probe.HoldsItsThreadFor(signal);

        Assert.Equal("bob greets alice", await silo.Grains.GetGrain<IGreeter>("bob").Greet("alice"));

        Signals.Set(signal);
        Assert.True(await holding);
    }

    [Fact]
    public async Task Grains_that_call_each_other_without_end_do_not_keep_others_waiting()
    {
        using var over = new CancellationTokenSource();
        var busy = Enumerable.Range(0, 4 * Environment.ProcessorCount).Select(i => Task.Run(async () =>
        {
            var grain = silo.Grains.GetGrain<IGreeter>($"busy-{i}");
            while (!over.IsCancellationRequested) await grain.Nod();
        })).ToArray();

        for (var i = 0; i < 50; i++)
        {
            await Task.Run(() => silo.Grains.GetGrain<IGreeter>($"newcomer-{i}").Greet("bob")).Soon("an answer beside busy grains");
        }

        await over.CancelAsync();
        await Task.WhenAll(busy);
    }

    [Fact]
    public async Task Grains_that_never_run_out_of_turns_give_others_theirs()
    {
        var signal = Signals.NewName();
        var busy = Enumerable.Range(0, 2 * Environment.ProcessorCount)
            .Select(_ => silo.Grains.GetGrain<ITurnProbe>(Signals.NewName()).TakeTurnsUntil(signal))
            .ToArray();

        for (var i = 0; i < 5; i++) await silo.Grains.GetGrain<IGreeter>($"patient-{i}").Greet("bob").Soon("an answer beside busy grains");

        Signals.Set(signal);
        await Task.WhenAll(busy);
    }

    [Fact]
    public void The_silo_hands_out_its_own_client() =>
        Assert.NotNull(silo.Cluster.Client.ServiceProvider.GetRequiredService<IGrainFactory>());
}
