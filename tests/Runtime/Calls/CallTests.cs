using System.Diagnostics.CodeAnalysis;

namespace Orleans.Conformance.Calls;

[Feature("Calls", "Task, Task<T>, ValueTask, ValueTask<T> and void methods, generic methods, default arguments, [OneWay]")]
public sealed class CallTests(OneSiloFixture silo) : IClassFixture<OneSiloFixture>
{
    private readonly IGreeter _alice = silo.Grains.GetGrain<IGreeter>("alice");

    [Fact]
    public async Task A_call_reaches_the_grain_of_its_key() => Assert.Equal("alice greets bob", await _alice.Greet("bob"));

    [Fact]
    public async Task Every_kind_of_return_type_answers()
    {
        await _alice.Nod();

        Assert.Equal("alice greets bob", await _alice.GreetSoon("bob"));
        Assert.Equal(42, await _alice.Return(42));
        Assert.Equal("carol", await _alice.Return("carol"));
        Assert.Null(await _alice.Return<string?>(null));
    }

    [Fact]
    public async Task Default_values_of_parameters_are_those_of_the_interface() =>
        Assert.Equal("alice greets bob", await _alice.GreetAs("bob"));

    [Fact]
    public async Task A_grain_answers_to_inherited_interfaces()
    {
        var polite = silo.Grains.GetGrain<IPoliteGreeter>("dave");

        Assert.Equal("dave bows", await polite.Bow());
        Assert.Equal("dave greets bob", await polite.Greet("bob"));
        Assert.Equal("dave bows", await silo.Grains.GetGrain<IGreeter>("dave").Cast<IPoliteGreeter>().Bow());
    }

    [Fact]
    public void References_are_equal_by_grain_and_interface()
    {
        var again = silo.Grains.GetGrain<IGreeter>("alice");

        Assert.Equal(_alice, again);
        Assert.Equal(_alice.GetHashCode(), again.GetHashCode());
        Assert.NotEqual(_alice, silo.Grains.GetGrain<IGreeter>("bob"));
        Assert.NotEqual<object>(_alice, _alice.Cast<IPoliteGreeter>());
        Assert.Same(_alice, _alice.Cast<IGreeter>());
    }

    [Fact]
    public async Task A_call_is_never_run_on_its_callers_stack()
    {
        var probe = silo.Grains.GetGrain<IStackProbe>("probe");
        var marker = new object();
        StackProbe.CallersThreadIsCalling.Value = marker;

        var call = probe.SeesMarker();

        StackProbe.CallersThreadIsCalling.Value = null;
        Assert.False(await call);
    }

    [Fact]
    public async Task A_caller_does_not_continue_on_its_callees_turn()
    {
        await Task.Run(async () =>
        {
            await _alice.Nod();
            Assert.Same(TaskScheduler.Default, TaskScheduler.Current);

            Assert.Equal("alice greets bob", await _alice.GreetSoon("bob"));
            Assert.Same(TaskScheduler.Default, TaskScheduler.Current);
        });
    }

    [Fact]
    public async Task A_failure_reaches_the_caller_as_the_very_exception()
    {
        var late = await Assert.ThrowsAsync<GreetingException>(() => _alice.ThrowAfterAwaiting("late"));
        Assert.Equal("late", late.Message);
        Assert.Contains(nameof(Greeter.ThrowAfterAwaiting), late.StackTrace, StringComparison.Ordinal);

        await Assert.ThrowsAsync<GreetingException>(async () => await _alice.ThrowFromValueTask());
    }

    [Fact]
    public async Task An_exception_before_the_first_await_is_a_failed_task()
    {
        var call = _alice.ThrowBeforeAwaiting();

        await Assert.ThrowsAsync<ArgumentException>(() => call);
    }

    [Fact]
    public async Task An_aggregate_exception_stays_as_it_is()
    {
        var thrown = await Assert.ThrowsAsync<AggregateException>(
            () => _alice.Throw(new AggregateException(new ArgumentException("one"), new InvalidOperationException("two"))));

        Assert.Equal(2, thrown.InnerExceptions.Count);
    }

    [Fact]
    public async Task A_cancelled_method_cancels_its_call()
    {
        var call = _alice.Cancel();

        var thrown = await Assert.ThrowsAsync<OperationCanceledException>(() => call);
        Assert.Equal("the greeter gave up", thrown.Message);
        Assert.True(call.IsCanceled);
    }

    [Fact]
    public async Task A_grain_catches_what_its_callee_throws() =>
        Assert.Equal(["inner", "True"], await _alice.CatchOf(silo.Grains.GetGrain<IGreeter>("bob")));

    [Fact]
    public async Task A_one_way_call_is_over_at_once_and_still_arrives()
    {
        var log = Signals.NewName();

        var call = _alice.Whisper(log, "psst", waitFor: log);

        Assert.True(call.IsCompletedSuccessfully);
        Assert.Empty(Signals.Lines(log));
        Signals.Set(log);
        await Wait.Eventually(() => Assert.Equal(["psst"], Signals.Lines(log)));
    }

    [Fact]
    public async Task A_one_way_call_waits_its_turn()
    {
        var grain = silo.Grains.GetGrain<IGreeter>(Signals.NewName());
        var log = Signals.NewName();
        var first = Signals.NewName();
        await grain.Whisper(log, "one", waitFor: first);

        await grain.Whisper(log, "two");
        var after = grain.Nod();

        Assert.False(after.IsCompleted);
        Signals.Set(first);
        await after;
        Assert.Equal(["one", "two"], Signals.Lines(log));
    }

    [Fact]
    public async Task Nobody_hears_of_a_failed_one_way_call()
    {
        var log = Signals.NewName();

        await _alice.WhisperAndThrow(log);

        await Wait.Eventually(() => Assert.Equal(["heard"], Signals.Lines(log)));
        await _alice.Nod();
    }

    [Fact]
    public async Task A_call_of_an_interface_the_grain_lacks_fails() =>
        await Assert.ThrowsAsync<InvalidCastException>(() => _alice.Cast<IStackProbe>().SeesMarker());

    [Fact]
    [SuppressMessage("Performance", "CA1849", Justification = "The task is complete.")]
    public async Task Many_calls_of_many_callers_all_arrive()
    {
        var counters = Enumerable.Range(0, 20).Select(i => silo.Grains.GetGrain<ICounter>($"many-{i}")).ToArray();

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 200; i++) await counters[i % counters.Length].Add(1);
        })));

        foreach (var counter in counters) Assert.Equal(500, await counter.Add(0));
    }
}

public interface IStackProbe : IGrainWithStringKey
{
    Task<bool> SeesMarker();
}

public sealed class StackProbe : Grain, IStackProbe
{
    // A thread's own value: seen by the callee only if it ran on the caller's stack.
    public static ThreadLocal<object?> CallersThreadIsCalling { get; } = new();

    public Task<bool> SeesMarker() => Task.FromResult(CallersThreadIsCalling.Value is not null);
}

public interface ICounter : IGrainWithStringKey
{
    Task<int> Add(int value);
}

public sealed class Counter : Grain, ICounter
{
    private int _sum;

    public async Task<int> Add(int value)
    {
        var sum = _sum;
        // Two requests within one turn's reach of each other would lose an update here.
        await Task.Yield();
        _sum = sum + value;
        return _sum;
    }
}
