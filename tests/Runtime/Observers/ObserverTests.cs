using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Concurrency;
using Orleans.Utilities;

namespace Orleans.Conformance.Observers;

public interface IListener : IGrainObserver
{
    void Hear(string text);

    [OneWay]
    Task HearOneWay(string text);

    Task<int> Count(string text);

    Task Hold(string log, string who);

    [AlwaysInterleave]
    Task Interrupt(string log, string who);

    Task Fail();
}

public interface ISpeaker : IGrainWithStringKey
{
    Task Say(IListener to, string text);

    Task<int> Ask(IListener to, string text);

    Task HoldTwice(IListener to, string log);

    Task Interrupt(IListener to, string log, string who);

    Task<string> AskFailing(IListener to);

    Task MakeReference();

    Task Join(IListener listener);

    Task<int> Announce(string text);

    Task<bool> IsSame(IListener one, IListener other);
}

public sealed class Speaker(IGrainFactory grains) : Grain, ISpeaker
{
    private readonly ObserverManager<IListener> _listeners = new(TimeSpan.FromMinutes(5), NullLogger.Instance);

    public async Task Say(IListener to, string text)
    {
        to.Hear(text);
        await to.HearOneWay(text + " again");
    }

    public Task<int> Ask(IListener to, string text) => to.Count(text);

    public Task HoldTwice(IListener to, string log) => Task.WhenAll(to.Hold(log, "one"), to.Hold(log, "two"));

    public Task Interrupt(IListener to, string log, string who) => to.Interrupt(log, who);

    public async Task<string> AskFailing(IListener to)
    {
        try
        {
            await to.Fail();
            return "no failure";
        }
        catch (NotSupportedException exception)
        {
            return exception.Message;
        }
    }

    public Task MakeReference()
    {
        grains.CreateObjectReference<IListener>(new Listener());
        return Task.CompletedTask;
    }

    public Task Join(IListener listener)
    {
        _listeners.Subscribe(listener, listener);
        return Task.CompletedTask;
    }

    public async Task<int> Announce(string text)
    {
        await _listeners.Notify(listener => listener.Count(text));
        return _listeners.Count;
    }

    public Task<bool> IsSame(IListener one, IListener other) => Task.FromResult(one.Equals(other));
}

public sealed class Listener : IListener
{
    public string Log { get; } = Signals.NewName();

    public void Hear(string text) => Signals.Log(Log, text);

    public Task HearOneWay(string text)
    {
        Signals.Log(Log, text);
        return Task.CompletedTask;
    }

    public Task<int> Count(string text)
    {
        Signals.Log(Log, $"{text} on {(TaskScheduler.Current == TaskScheduler.Default ? "pool" : "grain")}");
        return Task.FromResult(text.Length);
    }

    public async Task Hold(string log, string who)
    {
        Signals.Log(log, $"+{who}");
        await Signals.Wait(log + who);
        Signals.Log(log, $"-{who}");
    }

    public Task Interrupt(string log, string who) => Hold(log, who);

    public Task Fail() => throw new NotSupportedException("does not listen");
}

[Feature("Observers", "CreateObjectReference, weak references, one-way and awaited notifications")]
public sealed class ObserverTests(OneSiloFixture silo) : IClassFixture<OneSiloFixture>
{
    private readonly ISpeaker _speaker = silo.Grains.GetGrain<ISpeaker>(Signals.NewName());
    private readonly Listener _listener = new();

    [Fact]
    public async Task An_object_hears_what_a_grain_says()
    {
        var reference = silo.Grains.CreateObjectReference<IListener>(_listener);

        await _speaker.Say(reference, "hello");

        await Wait.Eventually(() => Assert.Equal(["hello", "hello again"], Signals.Lines(_listener.Log)));
        GC.KeepAlive(_listener);
    }

    [Fact]
    public async Task An_object_may_answer_and_runs_on_no_grains_scheduler()
    {
        var reference = silo.Grains.CreateObjectReference<IListener>(_listener);

        Assert.Equal(5, await _speaker.Ask(reference, "hello"));

        Assert.Equal(["hello on pool"], Signals.Lines(_listener.Log));
        GC.KeepAlive(_listener);
    }

    [Fact]
    public async Task Calls_of_one_object_run_one_after_the_other_and_interruptions_at_once()
    {
        var log = Signals.NewName();
        var reference = silo.Grains.CreateObjectReference<IListener>(_listener);
        var both = _speaker.HoldTwice(reference, log);
        await Wait.Eventually(() => Assert.Equal(["+one"], Signals.Lines(log)));

        var interruption = reference.Interrupt(log, "now");
        await Wait.Eventually(() => Assert.Equal(["+one", "+now"], Signals.Lines(log)));
        foreach (var who in new[] { "now", "two", "one" }) Signals.Set(log + who);

        await Task.WhenAll(both, interruption);
        Assert.Equal(["+one", "-one", "+two", "-two"], Signals.Lines(log).Where(line => !line.EndsWith("now", StringComparison.Ordinal)));
        GC.KeepAlive(_listener);
    }

    [Fact]
    public async Task What_an_object_throws_reaches_the_grain()
    {
        var reference = silo.Grains.CreateObjectReference<IListener>(_listener);

        Assert.Equal("does not listen", await _speaker.AskFailing(reference));
        GC.KeepAlive(_listener);
    }

    [Fact]
    public async Task An_object_that_nobody_holds_is_gone()
    {
        var (reference, weak) = Forgotten();

        await Wait.Eventually(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Assert.False(weak.IsAlive);
        });

        await Assert.ThrowsAnyAsync<OrleansException>(() => reference.Count("anybody there?"));
        await _speaker.Say(reference, "hello");
    }

    [Fact]
    public async Task A_deleted_reference_reaches_nobody()
    {
        var reference = silo.Grains.CreateObjectReference<IListener>(_listener);
        silo.Grains.DeleteObjectReference<IListener>(reference);

        await Assert.ThrowsAnyAsync<OrleansException>(() => reference.Count("anybody there?"));
        Assert.Empty(Signals.Lines(_listener.Log));
        GC.KeepAlive(_listener);
    }

    [Fact]
    public async Task A_grain_makes_no_object_references() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => _speaker.MakeReference());

    [Fact]
    public void A_reference_is_no_object_to_make_a_reference_of()
    {
        var reference = silo.Grains.CreateObjectReference<IListener>(_listener);

        Assert.Throws<ArgumentException>(() => silo.Grains.CreateObjectReference<IListener>(reference));
        GC.KeepAlive(_listener);
    }

    [Fact]
    public async Task An_object_that_is_no_reference_cannot_be_passed()
    {
        await Assert.ThrowsAsync<NotSupportedException>(async () => await _speaker.Ask(_listener, "hello"));
        Assert.Empty(Signals.Lines(_listener.Log));
    }

    [Fact]
    public async Task References_keep_their_identity_across_calls()
    {
        var (one, other) = (silo.Grains.CreateObjectReference<IListener>(_listener), silo.Grains.CreateObjectReference<IListener>(_listener));

        Assert.True(await _speaker.IsSame(one, one));
        Assert.False(await _speaker.IsSame(one, other));
        GC.KeepAlive(_listener);
    }

    [Fact]
    public async Task A_manager_drops_observers_that_fail()
    {
        var lasting = silo.Grains.CreateObjectReference<IListener>(_listener);
        var gone = silo.Grains.CreateObjectReference<IListener>(_listener);
        await _speaker.Join(lasting);
        await _speaker.Join(gone);
        await _speaker.Join(lasting);
        Assert.Equal(2, await _speaker.Announce("one"));

        silo.Grains.DeleteObjectReference<IListener>(gone);

        Assert.Equal(1, await _speaker.Announce("two"));
        GC.KeepAlive(_listener);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private (IListener Reference, WeakReference Weak) Forgotten()
    {
        var listener = new Listener();
        return (silo.Grains.CreateObjectReference<IListener>(listener), new WeakReference(listener));
    }
}
