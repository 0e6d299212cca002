using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;

namespace Orleans.Conformance.Calls;

[Feature("Calls", "Response timeouts, [ResponseTimeout], expired requests are not run")]
public sealed class TimeoutTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private InProcessTestCluster? _cluster;

    private IGrainFactory Grains => _cluster!.Client;

    public async Task InitializeAsync() => _cluster = await OneSilo.Start(time: _time);

    public async Task DisposeAsync() => await _cluster!.DisposeAsync();

    [Fact]
    public async Task A_call_without_an_answer_ends_after_thirty_seconds_and_its_callee_goes_on()
    {
        var signal = Signals.NewName();
        var call = Grains.GetGrain<IGreeter>("alice").Hold(signal);
        await Wait.Eventually(() => Assert.Equal(["started"], Signals.Lines(signal)));

        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(call.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(3));

        await Assert.ThrowsAsync<TimeoutException>(() => call.Soon("the timeout"));
        Signals.Set(signal);
        await Wait.Eventually(() => Assert.Equal(["started", "ended"], Signals.Lines(signal)));
        await Assert.ThrowsAsync<TimeoutException>(() => call);
    }

    [Fact]
    public async Task A_method_may_have_a_timeout_of_its_own()
    {
        var signal = Signals.NewName();
        var call = Grains.GetGrain<IGreeter>("bob").HoldBriefly(signal);

        _time.Advance(TimeSpan.FromSeconds(8));

        await Assert.ThrowsAsync<TimeoutException>(() => call.Soon("the timeout"));
        Signals.Set(signal);
    }

    [Fact]
    public async Task A_request_whose_caller_gave_up_while_it_waited_is_not_run()
    {
        var (first, second) = (Signals.NewName(), Signals.NewName());
        var grain = Grains.GetGrain<IGreeter>("carol");
        var running = grain.Hold(first);
        await Wait.Eventually(() => Assert.Equal(["started"], Signals.Lines(first)));
        var waiting = grain.Hold(second);

        _time.Advance(TimeSpan.FromSeconds(33));
        await Assert.ThrowsAsync<TimeoutException>(() => running.Soon("the timeout"));
        await Assert.ThrowsAsync<TimeoutException>(() => waiting.Soon("the timeout"));
        Signals.Set(first);
        Signals.Set(second);

        Assert.Equal("carol greets bob", await grain.Greet("bob"));
        Assert.Empty(Signals.Lines(second));
    }

    [Fact]
    public async Task A_grain_that_calls_itself_waits_for_itself_until_the_timeout()
    {
        var grain = Grains.GetGrain<IGreeter>("dave");
        var log = Signals.NewName();
        var call = grain.CallSelf(log);
        await Wait.Eventually(() => Assert.Equal(["called"], Signals.Lines(log)));

        _time.Advance(TimeSpan.FromSeconds(33));

        await Assert.ThrowsAsync<TimeoutException>(() => call);
        Assert.Equal("dave greets bob", await grain.Greet("bob"));
    }

    [Fact]
    public async Task Calls_made_while_the_silo_stops_fail_at_once()
    {
        var cluster = await OneSilo.Start();
        var grains = cluster.Client;
        var signal = Signals.NewName();
        await grains.GetGrain<IGreeter>("erin").Nod();

        await cluster.StopAllSilosAsync();

        await Assert.ThrowsAsync<SiloUnavailableException>(() => grains.GetGrain<IGreeter>("erin").Hold(signal));
        Assert.Empty(Signals.Lines(signal));
        await cluster.DisposeAsync();
    }
}
