using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Orleans.Conformance.Messaging;

/// <summary>Calls between two processes say and do what calls within one do.</summary>
[Feature("Cluster", "Calls between processes: results, exceptions, context, cancellation, time limits, broken connections")]
public abstract class RemoteCallTests(bool tcp)
{
    [Fact]
    public async Task A_call_brings_its_arguments_and_its_result_back()
    {
        await using var silo = await Start();
        var grain = silo.Grain<IPostGrain>("a");

        await grain.Ping();

        Assert.Equal(5, await grain.Add(2, 3));
        Assert.Equal("a: hello", await grain.Say("hello"));
        var parcel = await grain.Echo(new Parcel { Label = "outer", Items = [1, 2], Inner = new Parcel { Label = "inner" } });
        Assert.Equal("inner", parcel.Inner!.Label);
        Assert.Equal([1, 2], parcel.Items);
        Assert.Null(await grain.Echo(null!));
    }

    [Fact]
    public async Task An_object_that_two_arguments_hold_stays_one_object()
    {
        await using var silo = await Start();
        var parcel = new Parcel { Label = "one" };

        var (first, second, same) = await silo.Grain<IPostGrain>("a").Both(parcel, parcel);

        Assert.True(same);
        Assert.Same(first, second);
    }

    [Fact]
    public async Task Generic_methods_and_interfaces_are_called()
    {
        await using var silo = await Start();

        Assert.Equal(7, await silo.Grain<IPostGrain>("a").Same(7));
        Assert.Equal("x", (await silo.Grain<IPostGrain>("a").Same(new Parcel { Label = "x" })).Label);
        var box = silo.Grain<ICrateGrain<string>>("b");
        Assert.Null(await box.Swap("first"));
        Assert.Equal("first", await box.Swap("second"));
        Assert.Equal("String Int32 4", await box.Names(4));
    }

    [Fact]
    public async Task Exceptions_keep_their_type_their_text_and_their_cause()
    {
        await using var silo = await Start();
        var grain = silo.Grain<IPostGrain>("a");

        var own = await Assert.ThrowsAsync<ParcelLostException>(() => grain.Fail("own"));
        Assert.Equal(("It is lost.", 17), (own.Message, own.Number));
        Assert.Contains(nameof(PostGrain), own.StackTrace);
        var framework = await Assert.ThrowsAsync<InvalidOperationException>(() => grain.Fail("framework"));
        Assert.IsType<ArgumentException>(framework.InnerException);
        var aggregate = await Assert.ThrowsAsync<AggregateException>(() => grain.Fail("many"));
        Assert.Equal(2, aggregate.InnerExceptions.Count);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => grain.Fail("cancelled"));
    }

    [Fact]
    public async Task An_exception_that_cannot_be_sent_is_replaced_by_one_that_says_so()
    {
        await using var silo = await Start();

        var failure = await Assert.ThrowsAsync<CodecNotFoundException>(() => silo.Grain<IPostGrain>("a").Fail("secret"));

        Assert.Contains("Nobody knows me.", failure.Message);
        Assert.Contains("SecretException", failure.Message);
    }

    [Fact]
    public async Task An_argument_that_cannot_be_sent_fails_at_the_caller()
    {
        await using var silo = await Start();

        await Assert.ThrowsAsync<CodecNotFoundException>(() => silo.Grain<IPostGrain>("a").Same<object>(new Lines()));

        await silo.Grain<IPostGrain>("a").Ping();
    }

    [Fact]
    public async Task The_request_context_travels_with_the_call_and_not_back()
    {
        await using var silo = await Start();
        RequestContext.Set("colour", "green");
        RequestContext.Set("number", 42);

        Assert.Equal("green", await silo.Grain<IPostGrain>("a").Context("colour"));
        Assert.Equal("42", await silo.Grain<IPostGrain>("a").Context("number"));
        RequestContext.Clear();
        Assert.Null(await silo.Grain<IPostGrain>("a").Context("colour"));
    }

    [Fact]
    public async Task A_one_way_call_arrives_and_its_caller_does_not_wait()
    {
        await using var silo = await Start();
        var signal = Signals.NewName();

        var call = silo.Grain<IPostGrain>("a").Drop(signal);

        Assert.True(call.IsCompletedSuccessfully);
        await Signals.Wait(signal).Soon("the one-way call");
    }

    [Fact]
    public async Task Calls_of_one_caller_to_one_grain_arrive_in_their_order()
    {
        await using var silo = await Start();
        var grain = silo.Grain<IPostGrain>("a");
        var log = Signals.NewName();

        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => grain.Note(log, $"{i}")));

        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"{i}"), Signals.Lines(log));
    }

    [Fact]
    public async Task Many_calls_share_a_connection()
    {
        await using var silo = await Start();

        var sums = await Task.WhenAll(Enumerable.Range(0, 2000).Select(i => silo.Grain<IPostGrain>($"g{i % 50}").Add(i, 1)));

        Assert.Equal(Enumerable.Range(1, 2000), sums);
        Assert.Single(silo.Caller.Center.Connections);
        Assert.Equal(0, silo.Caller.Center.Connections.Single().Waiting);
    }

    [Fact]
    public async Task A_large_result_arrives_whole()
    {
        await using var silo = await Start();

        Assert.Equal(5_000_000, (await silo.Grain<IPostGrain>("a").Bytes(5_000_000)).Length);
        Assert.Equal(3, await silo.Grain<IPostGrain>("a").Add(1, 2));
    }

    [Fact]
    public async Task A_running_call_is_cancelled_at_its_callee()
    {
        await using var silo = await Start();
        var signal = Signals.NewName();
        using var source = new CancellationTokenSource();

        var call = silo.Grain<IPostGrain>("a").WaitFor(signal, source.Token);
        await Signals.Wait(signal + " started").Soon("the start of the call");
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Signals.Wait(signal + " cancelled").Soon("the cancellation at the callee");
    }

    [Fact]
    public async Task A_waiting_call_is_cancelled_before_it_starts()
    {
        await using var silo = await Start();
        var (first, second) = (Signals.NewName(), Signals.NewName());
        using var source = new CancellationTokenSource();

        var running = silo.Grain<IPostGrain>("a").WaitFor(first);
        await Signals.Wait(first + " started").Soon("the start of the call");
        var waiting = silo.Grain<IPostGrain>("a").WaitFor(second, source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await silo.Grain<IPostGrain>("a").Look();
        Signals.Set(first);
        await running;
        await silo.Grain<IPostGrain>("a").Ping();

        Assert.False(Signals.Wait(second + " started").IsCompleted);
    }

    [Fact]
    public async Task A_call_times_out_at_its_caller_and_its_late_answer_is_dropped()
    {
        await using var silo = await Start(TimeSpan.FromMilliseconds(300));
        var signal = Signals.NewName();

        await Assert.ThrowsAsync<TimeoutException>(() => silo.Grain<IPostGrain>("a").WaitFor(signal));
        Signals.Set(signal);

        Assert.Equal(3, await silo.Grain<IPostGrain>("a").Add(1, 2));
    }

    [Fact]
    public async Task A_call_whose_time_is_up_is_not_run()
    {
        await using var silo = await Start();
        var (blocker, late) = (Signals.NewName(), Signals.NewName());

        var running = silo.Grain<IPostGrain>("a").WaitFor(blocker);
        await Signals.Wait(blocker + " started").Soon("the start of the call");
        await Assert.ThrowsAsync<TimeoutException>(() => silo.Grain<IPostGrain>("a").WaitBriefly(late));
        // The silo's own clock is a second coarse.
        await Wait.Eventually(() => Assert.True(silo.Silo.Clock.Now > 20));
        Signals.Set(blocker);
        await running;

        Assert.Equal(3, await silo.Grain<IPostGrain>("a").Add(1, 2).Soon("a call behind the one that was dropped"));
    }

    [Fact]
    public async Task A_broken_connection_fails_the_calls_on_it_and_the_next_call_connects_again()
    {
        await using var silo = await Start();
        var signal = Signals.NewName();
        var call = silo.Grain<IPostGrain>("a").WaitFor(signal);
        await Signals.Wait(signal + " started").Soon("the start of the call");

        silo.Caller.Center.Connections.Single().Close("the test cut it.");

        await Assert.ThrowsAsync<SiloUnavailableException>(() => call.Soon("the failure of the call"));
        Signals.Set(signal);
        Assert.Equal(3, await silo.Grain<IPostGrain>("a").Add(1, 2));
    }

    [Fact]
    public async Task A_reference_that_comes_back_can_be_called()
    {
        await using var silo = await Start();

        var self = await silo.Grain<IPostGrain>("a").Self();

        Assert.Equal("a: hi", await self.Say("hi"));
        var crate = await silo.Grain<ICrateGrain<int>>("c").Self();
        Assert.Equal("Int32 String x", await crate.Names("x"));
    }

    private Task<RemoteSilo> Start(TimeSpan? patience = null) => RemoteSilo.Start(tcp, callerPatience: patience);
}

/// <summary>Over pipes within the process.</summary>
public sealed class RemoteCallTestsInMemory() : RemoteCallTests(tcp: false);

/// <summary>Over sockets.</summary>
public sealed class RemoteCallTestsOverTcp() : RemoteCallTests(tcp: true);
