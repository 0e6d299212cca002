using Orleans.Configuration;

namespace Orleans.Conformance.Cancellation;

public interface IWaiter : IGrainWithStringKey
{
    Task<string> WaitFor(string log, CancellationToken token = default);

    Task Hold(string signal);

    Task<bool> TokenCanBeCancelled(CancellationToken token = default);

    Task ThrowOnCancel(string log, CancellationToken token);
}

public sealed class WaiterGrain : Grain, IWaiter
{
    public async Task<string> WaitFor(string log, CancellationToken token)
    {
        var scheduler = TaskScheduler.Current;
        Signals.Log(log, "waits");
        var cancelled = new TaskCompletionSource();
        using var registration = token.Register(() =>
        {
            Signals.Log(log, $"cancelled on {(ReferenceEquals(TaskScheduler.Current, scheduler) ? "its turn" : "another thread")}");
            cancelled.SetResult();
        });
        await cancelled.Task;
        return "gave up";
    }

    public Task Hold(string signal) => Signals.Wait(signal);

    public Task<bool> TokenCanBeCancelled(CancellationToken token) => Task.FromResult(token.CanBeCanceled);

    public async Task ThrowOnCancel(string log, CancellationToken token)
    {
        var cancelled = new TaskCompletionSource();
        using var registration = token.Register(() =>
        {
            cancelled.SetResult();
            throw new InvalidOperationException("a careless callback");
        });
        Signals.Log(log, "waits");
        await cancelled.Task;
        Signals.Log(log, "ended");
    }
}

[Feature("Calls", "CancellationToken arguments")]
public sealed class CancellationTests(OneSiloFixture silo) : IClassFixture<OneSiloFixture>
{
    private readonly IWaiter _waiter = silo.Grains.GetGrain<IWaiter>(Signals.NewName());
    private readonly string _log = Signals.NewName();

    [Fact]
    public async Task A_token_that_is_cancelled_already_sends_nothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _waiter.WaitFor(_log, new CancellationToken(canceled: true)));

        await _waiter.TokenCanBeCancelled();
        Assert.Empty(Signals.Lines(_log));
    }

    [Fact]
    public async Task Cancelling_ends_the_call_at_once_and_tells_the_callee_on_its_turn()
    {
        using var source = new CancellationTokenSource();
        var call = _waiter.WaitFor(_log, source.Token);
        await Shows("waits");

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.True(call.IsCanceled);
        await Shows("waits", "cancelled on its turn");
    }

    [Fact]
    public async Task A_request_that_is_cancelled_while_it_waits_is_not_run()
    {
        var signal = Signals.NewName();
        using var source = new CancellationTokenSource();
        var held = _waiter.Hold(signal);
        var call = _waiter.WaitFor(_log, source.Token);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Signals.Set(signal);
        await held;
        await _waiter.TokenCanBeCancelled();
        Assert.Empty(Signals.Lines(_log));
    }

    [Fact]
    public async Task A_careless_callback_does_not_fail_the_callee()
    {
        using var source = new CancellationTokenSource();
        var call = _waiter.ThrowOnCancel(_log, source.Token);
        await Shows("waits");

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Shows("waits", "ended");
    }

    [Fact]
    public async Task The_callee_gets_a_token_of_its_own()
    {
        using var source = new CancellationTokenSource();

        Assert.True(await _waiter.TokenCanBeCancelled(source.Token));
        Assert.False(await _waiter.TokenCanBeCancelled(CancellationToken.None));
    }

    [Fact]
    public async Task Cancelling_after_the_answer_changes_nothing()
    {
        using var source = new CancellationTokenSource();
        var call = _waiter.TokenCanBeCancelled(source.Token);
        await call;

        await source.CancelAsync();

        Assert.True(await call);
    }

    [Fact]
    public async Task A_caller_may_wait_for_what_the_callee_makes_of_it()
    {
        await using var cluster = await OneSilo.Start(
            builder => builder.Configure<SiloMessagingOptions>(options => options.WaitForCancellationAcknowledgement = true));
        using var source = new CancellationTokenSource();
        var call = cluster.Client.GetGrain<IWaiter>("alice").WaitFor(_log, source.Token);
        await Shows("waits");

        await source.CancelAsync();

        Assert.Equal("gave up", await call);
    }

    [Fact]
    public async Task A_timeout_may_cancel_the_callee()
    {
        await using var cluster = await OneSilo.Start(builder => builder.Configure<SiloMessagingOptions>(options =>
        {
            options.CancelRequestOnTimeout = true;
            options.ResponseTimeout = TimeSpan.FromMilliseconds(100);
        }));

        await Assert.ThrowsAsync<TimeoutException>(() => cluster.Client.GetGrain<IWaiter>("alice").WaitFor(_log));

        await Shows("waits", "cancelled on its turn");
    }

    private Task Shows(params string[] lines) => Wait.Eventually(() => Assert.Equal(lines, Signals.Lines(_log)));
}
