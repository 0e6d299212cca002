using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Storage;
using Orleans.TestingHost;

namespace Orleans.Conformance.Activation;

[Feature("Grains", "Activation and deactivation: hooks, failures, reasons, DeactivateOnIdle, DelayDeactivation")]
[Feature("Grains", "Idle collection: CollectionAge, [CollectionAgeLimit], [KeepAlive]")]
public sealed class LifeTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private readonly LifeScript _script = new();
    private readonly string _key = Signals.NewName();
    private InProcessTestCluster? _cluster;

    private IGrainFactory Grains => _cluster!.Client;

    private ILife Alice => Grains.GetGrain<ILife>(_key);

    public async Task InitializeAsync() =>
        _cluster = await OneSilo.Start(silo => silo.Services.AddSingleton<ILifeScript>(_script), _time);

    public async Task DisposeAsync() => await _cluster!.DisposeAsync();

    [Fact]
    public async Task The_first_call_activates_and_later_ones_find_the_same_instance()
    {
        var first = await Alice.Instance();

        Assert.Equal(first, await Alice.Instance());
        Assert.Equal(["activate"], Signals.Lines(_key));
    }

    [Fact]
    public async Task A_grain_that_ends_when_idle_is_made_anew_by_the_next_call()
    {
        var first = await Alice.Instance();

        await Alice.EndWhenIdle();

        Assert.NotEqual(first, await Alice.Instance());
        await Shows("activate", "deactivate ApplicationRequested", "dispose", "activate");
    }

    [Fact]
    public async Task Requests_that_wait_on_an_ending_grain_run_on_the_next_one()
    {
        var signal = Signals.NewName();
        var first = await Alice.Instance();
        var held = Alice.EndWhenIdleAndHold(signal);
        await Shows("activate", "held");
        var waiting = new[] { Alice.Instance(), Alice.Instance(), Alice.Glance() };

        Signals.Set(signal);

        await held;
        var seen = await Task.WhenAll(waiting);
        Assert.DoesNotContain(first, seen);
        Assert.Single(seen.Distinct());
        await Shows("activate", "held", "let go", "deactivate ApplicationRequested", "dispose", "activate");
    }

    [Fact]
    public async Task No_call_is_lost_or_run_twice_while_grains_end_under_load()
    {
        var answered = 0;
        await Task.WhenAll(Enumerable.Range(0, 20).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                if ((i + caller) % 10 == 0) await Alice.EndWhenIdle();
                else await Alice.Instance();
                Interlocked.Increment(ref answered);
            }
        }))).Soon("every call to be answered");

        Assert.Equal(2000, answered);
        await Wait.Eventually(() =>
        {
            var lines = Signals.Lines(_key);
            Assert.True(lines.Count(l => l == "activate") - lines.Count(l => l == "dispose") is 0 or 1);
        });
    }

    [Fact]
    public async Task A_failed_activation_gives_its_exception_to_every_waiting_caller_and_the_next_call_starts_anew()
    {
        var gate = Signals.NewName();
        var failing = true;
        _script.OnActivate = async (_, _, _) =>
        {
            if (!Volatile.Read(ref failing)) return;
            await Signals.Wait(gate);

            // All calls were made before the gate opened; behind this step they wait on this activation.
            await Task.Yield();
            throw new ArgumentException("cannot wake up");
        };
        var calls = new[] { Alice.Instance(), Alice.Instance(), Alice.Instance() };

        await Shows("activate");
        Signals.Set(gate);

        foreach (var call in calls)
            Assert.Equal("cannot wake up", (await Assert.ThrowsAsync<ArgumentException>(() => call)).Message);
        Volatile.Write(ref failing, false);
        await Alice.Instance();
        await Shows("activate", "dispose", "activate");
    }

    [Fact]
    public async Task A_failing_activation_takes_along_the_calls_that_it_has_not_yet_looked_at()
    {
        using var made = new ManualResetEventSlim();
        var activations = 0;
        _script.OnActivate = (_, _, token) =>
        {
            Interlocked.Increment(ref activations);
            Signals.Set(_key + " busy");

            // The turn is not given up: whatever arrives meanwhile stays in the mailbox.
            made.Wait(token);
            throw new InvalidOperationException("not today");
        };
        var first = Alice.Instance();
        await Signals.Wait(_key + " busy");
        var others = Enumerable.Range(0, 5).Select(_ => Alice.Instance()).ToList();

        made.Set();

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => first);
        foreach (var other in others) Assert.Same(failure, await Assert.ThrowsAsync<InvalidOperationException>(() => other));
        Assert.Equal(1, activations);
    }

    [Fact]
    public async Task A_constructor_that_throws_fails_every_call()
    {
        for (var i = 0; i < 3; i++)
        {
            var thrown = await Assert.ThrowsAsync<ArgumentException>(() => Grains.GetGrain<IBroken>("alice").Nod());
            Assert.Equal("this grain cannot be made", thrown.Message);
        }
    }

    [Fact]
    public async Task An_activation_that_takes_too_long_is_given_up()
    {
        var started = Signals.NewName();
        var slow = true;
        _script.OnActivate = async (_, _, token) =>
        {
            if (!Volatile.Read(ref slow)) return;
            Signals.Set(started);
            // The runtime stops waiting even for work that ignores its token.
            await new TaskCompletionSource().Task.WaitAsync(CancellationToken.None);
            token.ThrowIfCancellationRequested();
        };
        var call = Alice.Instance();
        await Signals.Wait(started);

        await Wait.Eventually(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(31));
            Assert.True(call.IsCompleted);
        });

        await Assert.ThrowsAnyAsync<Exception>(() => call);
        await Wait.Eventually(() => Assert.Contains("dispose", Signals.Lines(_key)));
        Volatile.Write(ref slow, false);
        await Alice.Instance();
    }

    [Fact]
    public async Task A_grain_that_ends_itself_while_it_activates_never_serves()
    {
        var attempts = 0;
        _script.OnActivate = (_, end, _) =>
        {
            if (Interlocked.Increment(ref attempts) == 1) end();
            return Task.CompletedTask;
        };

        await Alice.Instance();

        Assert.Equal(2, attempts);
        await Wait.Eventually(() => Assert.Equal(["activate", "dispose", "activate"], Signals.Lines(_key)));
    }

    [Fact]
    public async Task A_grain_that_always_ends_itself_while_it_activates_refuses_its_callers()
    {
        _script.OnActivate = static (_, end, _) =>
        {
            end();
            return Task.CompletedTask;
        };

        await Assert.ThrowsAsync<OrleansMessageRejectionException>(() => Alice.Instance());
    }

    [Fact]
    public async Task Activation_sees_the_request_context_of_the_call_that_caused_it()
    {
        RequestContext.Set("tenant", "acme");

        Assert.Equal("acme", await Alice.ContextAtActivation());

        RequestContext.Clear();
    }

    [Fact]
    public async Task What_goes_wrong_in_deactivation_does_not_keep_the_grain()
    {
        _script.OnDeactivate = static (_, _) => throw new InvalidOperationException("not now");
        var first = await Alice.Instance();

        await Alice.EndWhenIdle();

        Assert.NotEqual(first, await Alice.Instance());
    }

    [Fact]
    public async Task Deactivation_is_given_up_after_its_timeout()
    {
        var started = Signals.NewName();
        _script.OnDeactivate = (_, _) =>
        {
            Signals.Set(started);
            return new TaskCompletionSource().Task;
        };
        var first = await Alice.Instance();
        await Alice.EndWhenIdle();
        await Signals.Wait(started);
        var next = Alice.Instance();

        await Wait.Eventually(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(15));
            Assert.True(next.IsCompleted);
        });

        _script.OnDeactivate = static (_, _) => Task.CompletedTask;
        if (next.IsCompletedSuccessfully) Assert.NotEqual(first, await next);
        else await Assert.ThrowsAsync<TimeoutException>(() => next);
        Assert.NotEqual(first, await Alice.Instance());
    }

    [Fact]
    public async Task A_stale_write_ends_the_grain_that_made_it_and_not_its_callers()
    {
        var bob = Grains.GetGrain<ILife>(Signals.NewName());
        var (aliceBefore, bobBefore) = (await Alice.Instance(), await bob.Instance());

        await Assert.ThrowsAsync<InconsistentStateException>(
            () => bob.FailBy(Alice, new InconsistentStateException("changed by another", "2", "1")));

        Assert.NotEqual(aliceBefore, await Alice.Instance());
        Assert.Equal(bobBefore, await bob.Instance());
        Assert.Contains("deactivate ApplicationError", Signals.Lines(_key));
    }

    [Fact]
    public async Task Other_exceptions_leave_the_grain_alone()
    {
        var first = await Alice.Instance();

        await Assert.ThrowsAsync<InvalidOperationException>(() => Alice.Fail(new InvalidOperationException()));

        Assert.Equal(first, await Alice.Instance());
    }

    [Fact]
    public async Task A_grain_nobody_calls_is_collected_after_its_age()
    {
        await Alice.Instance();

        _time.Advance(TimeSpan.FromMinutes(14));
        await Settled();
        Assert.Equal(["activate"], Signals.Lines(_key));
        _time.Advance(TimeSpan.FromMinutes(3));

        await Shows("activate", "deactivate ActivationIdle", "dispose");
    }

    [Fact]
    public async Task Calls_keep_a_grain_from_being_collected()
    {
        var first = await Alice.Instance();

        for (var i = 0; i < 4; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(10));
            Assert.Equal(first, await Alice.Instance());
        }

        Assert.Equal(["activate"], Signals.Lines(_key));
    }

    [Fact]
    public async Task A_grain_with_a_request_running_is_not_collected()
    {
        var signal = Signals.NewName();
        var held = Alice.Hold(signal);
        await Shows("activate", "held");

        _time.Advance(TimeSpan.FromMinutes(40));
        await Assert.ThrowsAsync<TimeoutException>(() => held);
        Signals.Set(signal);

        await Shows("activate", "held", "let go");
    }

    [Fact]
    public async Task A_grain_that_a_request_has_blocked_for_hours_is_replaced()
    {
        var signal = Signals.NewName();
        var first = await Alice.Instance();
        var stuck = Alice.Hold(signal);
        await Shows("activate", "held");

        _time.Advance(TimeSpan.FromHours(2) + TimeSpan.FromMinutes(2));
        await Assert.ThrowsAsync<TimeoutException>(() => stuck);

        Assert.NotEqual(first, await Alice.Instance());
        Signals.Set(signal);
    }

    [Fact]
    public async Task Classes_may_have_an_age_of_their_own()
    {
        var (permanent, brief) = (Signals.NewName(), Signals.NewName());
        await Grains.GetGrain<IPermanentLife>(permanent).Instance();
        await Grains.GetGrain<IShortLife>(brief).Instance();

        _time.Advance(TimeSpan.FromMinutes(5));
        await Wait.Eventually(() => Assert.Equal(["activate", "deactivate ActivationIdle", "dispose"], Signals.Lines(brief)));
        _time.Advance(TimeSpan.FromHours(5));
        await Settled();

        Assert.Equal(["activate"], Signals.Lines(permanent));
    }

    [Fact]
    public async Task A_grain_may_delay_its_collection()
    {
        await Alice.Instance();
        await Alice.Delay(TimeSpan.FromHours(1));

        _time.Advance(TimeSpan.FromMinutes(50));
        await Settled();
        Assert.Equal(["activate"], Signals.Lines(_key));
        _time.Advance(TimeSpan.FromMinutes(20));

        await Shows("activate", "deactivate ActivationIdle", "dispose");
    }

    [Fact]
    public async Task A_grain_may_take_its_delay_back()
    {
        await Alice.Delay(Timeout.InfiniteTimeSpan);
        await Alice.Delay(TimeSpan.Zero);

        _time.Advance(TimeSpan.FromMinutes(17));

        await Shows("activate", "deactivate ActivationIdle", "dispose");
    }

    [Fact]
    public async Task Ticks_of_a_timer_do_not_keep_a_grain()
    {
        await Alice.Tick(TimeSpan.FromMinutes(5), keepAlive: false);

        await AdvanceBySteps(TimeSpan.FromMinutes(20));

        await Wait.Eventually(() => Assert.Contains("deactivate ActivationIdle", Signals.Lines(_key)));
    }

    [Fact]
    public async Task Ticks_of_a_timer_that_keeps_alive_do()
    {
        await Alice.Tick(TimeSpan.FromMinutes(5), keepAlive: true);

        // A tick arms the next one when it has ended, so a minute may have passed by then that does not count.
        for (var tick = 1; tick <= 8; tick++)
        {
            for (var minute = 0; minute < 7 && Ticks() < tick; minute++) await AdvanceBySteps(TimeSpan.FromMinutes(1));
            var due = tick;
            await Wait.Eventually(() => Assert.True(Ticks() >= due, $"{Ticks()} ticks instead of {due}"));
        }

        int Ticks() => Signals.Lines(_key).Count(line => line == "tick");
        Assert.DoesNotContain("deactivate ActivationIdle", Signals.Lines(_key));
    }

    [Fact]
    public async Task A_stopping_silo_ends_its_grains_after_what_they_run()
    {
        var signal = Signals.NewName();
        var held = Alice.Hold(signal);
        await Shows("activate", "held");

        var stopped = _cluster!.StopAllSilosAsync();
        Signals.Set(signal);

        await held;
        await stopped;
        Assert.Equal(["activate", "held", "let go", "deactivate ShuttingDown", "dispose"], Signals.Lines(_key));
    }

    [Fact]
    public void The_defaults_of_ages_and_timeouts_are_those_of_the_model()
    {
        var options = new GrainCollectionOptions();

        Assert.Equal(TimeSpan.FromMinutes(15), options.CollectionAge);
        Assert.Equal(TimeSpan.FromMinutes(1), options.CollectionQuantum);
        Assert.Equal(TimeSpan.FromSeconds(30), options.ActivationTimeout);
        Assert.Equal(TimeSpan.FromSeconds(30), options.DeactivationTimeout);
        Assert.Equal(TimeSpan.FromSeconds(30), new SiloMessagingOptions().ResponseTimeout);
    }

    // Each tick of a grain's timer arms the next one only when it has run.
    private async Task AdvanceBySteps(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromMinutes(1))
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await Settled();
        }
    }

    // A call to another grain of the silo ends after what was queued before it has had its turn, as far as this test's grain goes.
    private async Task Settled()
    {
        for (var i = 0; i < 20; i++) await Grains.GetGrain<IPermanentLife>("settle").Glance();
    }

    private Task Shows(params string[] lines) => Wait.Eventually(() => Assert.Equal(lines, Signals.Lines(_key)));
}
