using Orleans.TestingHost;

namespace Orleans.Conformance.AsyncEnumerables;

[Feature("Calls", "IAsyncEnumerable<T> grain methods, WithBatchSize, EnumerationAbortedException")]
public sealed class EnumerableTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private readonly string _key = Signals.NewName();
    private InProcessTestCluster? _cluster;
    private int _calls;

    private ITicker Alice => _cluster!.Client.GetGrain<ITicker>(_key);

    public async Task InitializeAsync() => _cluster = await OneSilo.Start(
        silo => silo.AddIncomingGrainCallFilter(context =>
        {
            if (context.TargetId.Key.ToString() == _key) Interlocked.Increment(ref _calls);
            return context.Invoke();
        }),
        _time);

    public async Task DisposeAsync() => await _cluster!.DisposeAsync();

    [Fact]
    public async Task Elements_come_in_order_and_the_enumeration_ends()
    {
        Assert.Equal(Enumerable.Range(1, 257), await All(Alice.Count(257)));
        Assert.Equal("end", Signals.Lines(_key)[^1]);
        Assert.Empty(await All(Alice.Count(0)));
    }

    [Fact]
    public async Task Nothing_is_called_before_the_first_element_is_asked_for()
    {
        var numbers = Alice.Count(3);
        await Alice.Push("a call that comes after");

        Assert.Empty(Signals.Lines(_key));

        Assert.Equal([1, 2, 3], await All(numbers));
    }

    [Fact]
    public async Task An_enumerable_can_be_enumerated_again_and_calls_the_grain_again()
    {
        var given = new List<int> { 1, 2 };
        var numbers = Alice.Each(given);
        given.Add(3);

        Assert.Equal([1, 2], await All(numbers));
        Assert.Equal([1, 2], await All(numbers));
        Assert.Equal([1, 2, 3], given);
    }

    [Fact]
    public async Task No_more_elements_are_made_ahead_than_the_batch_holds()
    {
        await using var numbers = Alice.Count(9).WithBatchSize(3).GetAsyncEnumerator();

        Assert.True(await numbers.MoveNextAsync());

        Assert.Equal(["start", "make 1", "make 2", "make 3"], Signals.Lines(_key));
    }

    [Fact]
    public async Task What_is_ready_comes_without_waiting_for_a_full_batch()
    {
        await Alice.Push("one");
        await Alice.Push("two");
        await using var lines = Alice.Tail().GetAsyncEnumerator();

        Assert.True(await lines.MoveNextAsync().AsTask().Soon("the first line"));
        Assert.Equal("one", lines.Current);
        Assert.True(await lines.MoveNextAsync().AsTask().Soon("the second line"));
        var third = lines.MoveNextAsync();
        Assert.False(third.IsCompleted);
        await Alice.Push("three");
        Assert.True(await third);
        Assert.Equal("three", lines.Current);
    }

    [Fact]
    public async Task A_caller_waits_for_an_element_much_longer_than_for_an_answer()
    {
        await using var lines = Alice.Tail().GetAsyncEnumerator();
        var first = lines.MoveNextAsync();
        await Wait.Eventually(() => Assert.Contains("start", Signals.Lines(_key)));

        for (var half = 0; half < 8; half++)
        {
            var calls = Volatile.Read(ref _calls);
            await Wait.Eventually(() =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                Assert.True(Volatile.Read(ref _calls) > calls, "The caller does not ask again.");
            });
        }

        Assert.False(first.IsCompleted);
        await Alice.Push("at last");
        Assert.True(await first);
        Assert.Equal("at last", lines.Current);
    }

    [Fact]
    public async Task Elements_are_copies()
    {
        var lists = await All(Alice.Growing(3));

        Assert.Equal([[1], [1, 2], [1, 2, 3]], lists);
    }

    [Fact]
    public async Task Generic_methods_enumerate()
    {
        Assert.Equal(["a", "b"], await All(Alice.Echo(["a", "b"])));
        Assert.Equal([1.5, 2.5], await All(Alice.Echo([1.5, 2.5])));
    }

    [Fact]
    public async Task A_failure_comes_after_the_elements_before_it_and_keeps_its_type()
    {
        var got = new List<int>();

        var failure = await Assert.ThrowsAsync<TickerException>(async () =>
        {
            await foreach (var number in Alice.CountAndFail(3, "no more")) got.Add(number);
        });

        Assert.Equal([1, 2, 3], got);
        Assert.Equal(("no more", 42), (failure.Message, failure.Code));
    }

    [Fact]
    public async Task A_method_that_throws_instead_of_returning_fails_the_first_step()
    {
        var failure = await Assert.ThrowsAsync<TickerException>(() => All(Alice.FailAtOnce()));

        Assert.Equal(7, failure.Code);
    }

    [Fact]
    public async Task An_enumeration_runs_beside_a_request_that_holds_the_grain()
    {
        var signal = Signals.NewName();
        var held = Alice.Hold(signal);
        await Signals.Wait(signal + " held");

        Assert.Equal([1, 2, 3], await All(Alice.Count(3)).Soon("the numbers"));

        Signals.Set(signal);
        await held;
    }

    [Fact]
    public async Task A_caller_that_stops_early_ends_the_enumeration_on_the_grain()
    {
        await foreach (var number in Alice.Count(1000).WithBatchSize(5))
            if (number == 7) break;

        await Wait.Eventually(() => Assert.Equal("end", Signals.Lines(_key)[^1]));
        Assert.DoesNotContain("make 11", Signals.Lines(_key));
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_at_once_and_the_enumeration_with_it()
    {
        using var cancellation = new CancellationTokenSource();
        var waiting = All(Alice.Tail().WithCancellation(cancellation.Token));
        await Wait.Eventually(() => Assert.Contains("start", Signals.Lines(_key)));

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Soon("the cancelled enumeration"));
        await Wait.Eventually(() => Assert.Equal(["start", "end"], Signals.Lines(_key)));
    }

    [Fact]
    public async Task Cancelling_the_methods_own_token_does_the_same()
    {
        using var cancellation = new CancellationTokenSource();
        var waiting = All(Alice.Tail(cancellation.Token));
        await Wait.Eventually(() => Assert.Contains("start", Signals.Lines(_key)));

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Soon("the cancelled enumeration"));
        await Wait.Eventually(() => Assert.Equal(["start", "end"], Signals.Lines(_key)));
    }

    [Fact]
    public async Task A_token_that_is_cancelled_already_calls_nothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => All(Alice.Tail().WithCancellation(new CancellationToken(canceled: true))));

        Assert.Empty(Signals.Lines(_key));
    }

    [Fact]
    public async Task An_enumeration_ends_with_its_activation()
    {
        await using var lines = Alice.Tail().GetAsyncEnumerator();
        await Alice.Push("one");
        Assert.True(await lines.MoveNextAsync());
        var next = lines.MoveNextAsync().AsTask();

        await Alice.End();

        await Assert.ThrowsAsync<EnumerationAbortedException>(() => next.Soon("the end of the enumeration"));
        await Wait.Eventually(() => Assert.Equal(["start", "end"], Signals.Lines(_key)));
    }

    [Fact]
    public async Task An_enumeration_that_nobody_goes_on_with_is_given_up()
    {
        await using var numbers = Alice.Count(100).WithBatchSize(1).GetAsyncEnumerator();
        Assert.True(await numbers.MoveNextAsync());

        await Wait.Eventually(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(30));
            Assert.Equal(["start", "make 1", "end"], Signals.Lines(_key));
        });

        await Assert.ThrowsAsync<EnumerationAbortedException>(() => numbers.MoveNextAsync().AsTask());
    }

    [Fact]
    public async Task A_grain_enumerates_on_its_own_turns()
    {
        var other = _cluster!.Client.GetGrain<ITicker>(Signals.NewName());

        Assert.Equal(55, await Alice.SumOf(other, 10));
    }

    [Fact]
    public void A_batch_holds_at_least_one_element() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Alice.Count(1).WithBatchSize(0));

    private static Task<List<T>> All<T>(IAsyncEnumerable<T> elements) => All(elements.WithCancellation(CancellationToken.None));

    private static async Task<List<T>> All<T>(System.Runtime.CompilerServices.ConfiguredCancelableAsyncEnumerable<T> elements)
    {
        var all = new List<T>();
        await foreach (var element in elements) all.Add(element);
        return all;
    }
}
