using Orleans.Concurrency;
using Orleans.TestingHost;

namespace Orleans.Conformance.Timers;

public interface IClockwork : IGrainWithStringKey
{
    Task Start(TimeSpan due, TimeSpan period, bool interleave = false);

    Task StartHolding(TimeSpan due, TimeSpan period, string signal, bool interleave = false);

    Task StartThrowing(TimeSpan due, TimeSpan period);

    Task StartEndingItself(TimeSpan due, TimeSpan period);

    Task StartChangingItself(TimeSpan due, TimeSpan period, TimeSpan changed);

    Task StartWatchingToken(TimeSpan due, TimeSpan period);

    Task StartEveryShape(TimeSpan due);

    Task StartOld(TimeSpan due, TimeSpan period);

    Task StartWithContext(TimeSpan due);

    Task RegisterOffTurn();

    Task Change(TimeSpan due, TimeSpan period);

    Task Stop();

    Task Hold(string signal);

    Task End();

    [AlwaysInterleave]
    Task Nothing();

    Task WaitYourTurn();
}

public sealed class Clockwork : Grain, IClockwork
{
    private IGrainTimer? _timer;

    private string Key => this.GetPrimaryKeyString();

    public Task Start(TimeSpan due, TimeSpan period, bool interleave)
    {
        _timer = this.RegisterGrainTimer(Tick, new() { DueTime = due, Period = period, Interleave = interleave });
        return Task.CompletedTask;
    }

    public Task StartHolding(TimeSpan due, TimeSpan period, string signal, bool interleave)
    {
        _timer = this.RegisterGrainTimer(
            async () =>
            {
                Signals.Log(Key, "tick starts");
                await Signals.Wait(signal);
                Signals.Log(Key, "tick ends");
            },
            new() { DueTime = due, Period = period, Interleave = interleave });
        return Task.CompletedTask;
    }

    public Task StartThrowing(TimeSpan due, TimeSpan period)
    {
        _timer = this.RegisterGrainTimer(
            () =>
            {
                Signals.Log(Key, "tick");
                throw new InvalidOperationException("every time");
            },
            due,
            period);
        return Task.CompletedTask;
    }

    public Task StartEndingItself(TimeSpan due, TimeSpan period)
    {
        _timer = this.RegisterGrainTimer(
            () =>
            {
                Signals.Log(Key, "tick");
                _timer!.Dispose();
                return Task.CompletedTask;
            },
            due,
            period);
        return Task.CompletedTask;
    }

    public Task StartChangingItself(TimeSpan due, TimeSpan period, TimeSpan changed)
    {
        _timer = this.RegisterGrainTimer(
            () =>
            {
                Signals.Log(Key, "tick");
                _timer!.Change(changed, Timeout.InfiniteTimeSpan);
                return Task.CompletedTask;
            },
            due,
            period);
        return Task.CompletedTask;
    }

    public Task StartWatchingToken(TimeSpan due, TimeSpan period)
    {
        _timer = this.RegisterGrainTimer(
            async token =>
            {
                Signals.Log(Key, "tick starts");
                var cancelled = new TaskCompletionSource();
                using var registration = token.Register(cancelled.SetResult);
                await cancelled.Task;
                Signals.Log(Key, "tick cancelled");
            },
            new() { DueTime = due, Period = period, Interleave = true });
        return Task.CompletedTask;
    }

    public Task StartEveryShape(TimeSpan due)
    {
        var (once, state) = (Timeout.InfiniteTimeSpan, "state");
        this.RegisterGrainTimer(Tick, due, once);
        this.RegisterGrainTimer(Tick, new(due, once));
        this.RegisterGrainTimer(TickWithToken, due, once);
        this.RegisterGrainTimer(TickWithToken, new(due, once));
        this.RegisterGrainTimer(TickWithState, state, due, once);
        this.RegisterGrainTimer(TickWithState, state, new(due, once));
        this.RegisterGrainTimer(TickWithBoth, state, due, once);
        this.RegisterGrainTimer(TickWithBoth, state, new(due, once));
        return Task.CompletedTask;
    }

    public Task StartOld(TimeSpan due, TimeSpan period)
    {
#pragma warning disable CS0618 // Old sources use it still.
        RegisterTimer(_ => Tick(), null, due, period);
#pragma warning restore CS0618
        return Task.CompletedTask;
    }

    public Task StartWithContext(TimeSpan due)
    {
        RequestContext.Set("tenant", "acme");
        this.RegisterGrainTimer(
            () =>
            {
                Signals.Log(Key, $"tenant {RequestContext.Get("tenant") ?? "none"}");
                return Task.CompletedTask;
            },
            due,
            Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    public Task RegisterOffTurn() => Task.Run(() => this.RegisterGrainTimer(Tick, TimeSpan.Zero, TimeSpan.Zero));

    public Task Change(TimeSpan due, TimeSpan period)
    {
        _timer!.Change(due, period);
        return Task.CompletedTask;
    }

    public Task Stop()
    {
        _timer!.Dispose();
        return Task.CompletedTask;
    }

    public async Task Hold(string signal)
    {
        Signals.Log(Key, "held");
        await Signals.Wait(signal);
        Signals.Log(Key, "let go");
    }

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task Nothing() => Task.CompletedTask;

    public Task WaitYourTurn() => Task.CompletedTask;

    private Task Tick()
    {
        Signals.Log(Key, "tick");
        return Task.CompletedTask;
    }

    private Task TickWithToken(CancellationToken token) => token.CanBeCanceled ? Tick() : Task.CompletedTask;

    private Task TickWithState(string state) => state == "state" ? Tick() : Task.CompletedTask;

    private Task TickWithBoth(string state, CancellationToken token) => token.CanBeCanceled ? TickWithState(state) : Task.CompletedTask;
}

[Feature("Timers and reminders", "Grain timers: RegisterGrainTimer in all overloads, Interleave, KeepAlive, RegisterTimer")]
public sealed class TimerTests : IAsyncLifetime
{
    private static readonly TimeSpan s_never = Timeout.InfiniteTimeSpan;

    private readonly ManualTimeProvider _time = new();
    private readonly string _key = Signals.NewName();
    private InProcessTestCluster? _cluster;

    private IClockwork Clock => _cluster!.Client.GetGrain<IClockwork>(_key);

    public async Task InitializeAsync() => _cluster = await OneSilo.Start(time: _time);

    public async Task DisposeAsync() => await _cluster!.DisposeAsync();

    [Fact]
    public async Task A_timer_ticks_after_its_due_time_and_then_after_each_period()
    {
        await Clock.Start(Seconds(5), Seconds(3));

        _time.Advance(Seconds(4.9));
        await Shows();
        _time.Advance(Seconds(0.1));
        await Shows("tick");
        await Armed();
        _time.Advance(Seconds(2.9));
        await Shows("tick");
        _time.Advance(Seconds(0.1));
        await Shows("tick", "tick");
    }

    [Fact]
    public async Task A_timer_without_a_period_ticks_once()
    {
        await Clock.Start(Seconds(1), s_never);

        _time.Advance(Seconds(1));
        await Shows("tick");
        await Armed();
        _time.Advance(Seconds(100));

        await Shows("tick");
    }

    [Fact]
    public async Task A_timer_without_a_due_time_waits_until_it_is_changed()
    {
        await Clock.Start(s_never, Seconds(1));
        _time.Advance(Seconds(100));
        await Shows();

        await Clock.Change(Seconds(2), s_never);
        _time.Advance(Seconds(2));

        await Shows("tick");
    }

    [Fact]
    public async Task Ticks_wait_for_requests_and_requests_for_ticks()
    {
        var (request, tick) = (Signals.NewName(), Signals.NewName());
        await Clock.StartHolding(Seconds(1), s_never, tick);
        var held = Clock.Hold(request);
        await Shows("held");

        _time.Advance(Seconds(1));
        await Clock.Nothing();
        await Shows("held");
        Signals.Set(request);
        await Shows("held", "let go", "tick starts");

        var next = Clock.Hold(request);
        await Clock.Nothing();
        Assert.False(next.IsCompleted);
        Signals.Set(tick);
        await Task.WhenAll(held, next);
        await Shows("held", "let go", "tick starts", "tick ends", "held", "let go");
    }

    [Fact]
    public async Task Interleaving_ticks_run_beside_requests()
    {
        var request = Signals.NewName();
        await Clock.Start(Seconds(1), s_never, interleave: true);
        var held = Clock.Hold(request);
        await Shows("held");

        _time.Advance(Seconds(1));

        await Shows("held", "tick");
        Signals.Set(request);
        await held;
    }

    [Fact]
    public async Task Ticks_never_overlap_nor_catch_up()
    {
        var tick = Signals.NewName();
        await Clock.StartHolding(Seconds(1), Seconds(1), tick, interleave: true);

        _time.Advance(Seconds(1));
        await Shows("tick starts");
        _time.Advance(Seconds(10));
        await Clock.Nothing();
        await Shows("tick starts");
        Signals.Set(tick);

        await Shows("tick starts", "tick ends");
        await Armed();
        _time.Advance(Seconds(1));
        await Shows("tick starts", "tick ends", "tick starts", "tick ends");
    }

    [Fact]
    public async Task A_timer_goes_on_after_a_tick_has_failed()
    {
        await Clock.StartThrowing(Seconds(1), Seconds(1));

        _time.Advance(Seconds(1));
        await Shows("tick");
        await Armed();
        _time.Advance(Seconds(1));

        await Shows("tick", "tick");
    }

    [Fact]
    public async Task A_tick_may_end_its_own_timer()
    {
        await Clock.StartEndingItself(Seconds(1), Seconds(1));

        _time.Advance(Seconds(1));
        await Shows("tick");
        await Armed();
        _time.Advance(Seconds(10));

        await Shows("tick");
    }

    [Fact]
    public async Task A_tick_may_change_its_own_timer()
    {
        await Clock.StartChangingItself(Seconds(1), Seconds(1), changed: Seconds(60));

        _time.Advance(Seconds(1));
        await Shows("tick");
        await Armed();
        _time.Advance(Seconds(59));
        await Shows("tick");
        _time.Advance(Seconds(1));

        await Shows("tick", "tick");
    }

    [Fact]
    public async Task The_end_of_a_timer_cancels_the_token_of_its_tick()
    {
        await Clock.StartWatchingToken(Seconds(1), Seconds(1));
        _time.Advance(Seconds(1));
        await Shows("tick starts");

        await Clock.Stop();

        await Shows("tick starts", "tick cancelled");
    }

    [Fact]
    public async Task A_timer_ends_with_its_activation()
    {
        await Clock.Start(Seconds(1), Seconds(1));
        await Clock.End();
        await Clock.Nothing();

        _time.Advance(Seconds(10));

        await Clock.Nothing();
        await Shows();
    }

    [Fact]
    public async Task Every_shape_of_callback_is_called()
    {
        await Clock.StartEveryShape(Seconds(1));

        _time.Advance(Seconds(1));

        await Shows([.. Enumerable.Repeat("tick", 8)]);
    }

    [Fact]
    public async Task An_old_timer_interleaves()
    {
        var request = Signals.NewName();
        await Clock.StartOld(Seconds(1), s_never);
        var held = Clock.Hold(request);
        await Shows("held");

        _time.Advance(Seconds(1));

        await Shows("held", "tick");
        Signals.Set(request);
        await held;
    }

    [Fact]
    public async Task A_tick_does_not_carry_the_context_of_the_request_that_started_its_timer()
    {
        await Clock.StartWithContext(Seconds(1));

        _time.Advance(Seconds(1));

        await Shows("tenant none");
    }

    [Fact]
    public async Task A_timer_is_registered_on_a_turn_of_its_grain() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => Clock.RegisterOffTurn());

    [Theory]
    [InlineData(-2)]
    [InlineData(4294967295)]
    public async Task Times_out_of_range_are_refused(double milliseconds)
    {
        var wrong = TimeSpan.FromMilliseconds(milliseconds);

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Clock.Start(wrong, s_never));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Clock.Start(TimeSpan.Zero, wrong));
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    // A tick arms the next one when it has ended; a request that waits for its turn comes after that.
    private Task Armed() => Clock.WaitYourTurn();

    private Task Shows(params string[] lines) => Wait.Eventually(() => Assert.Equal(lines, Signals.Lines(_key)));
}
