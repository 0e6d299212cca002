using Orleans.Configuration;

namespace Orleans.Conformance.Gate;

[Feature("Calls", "[Reentrant], [MayInterleave], [AlwaysInterleave], [ReadOnly]")]
[Feature("Calls", "Call-chain reentrancy: AllowCallChainReentrancy, SuppressCallChainReentrancy")]
public sealed class GateTests(OneSiloFixture silo) : IClassFixture<OneSiloFixture>
{
    private readonly string _log = Signals.NewName();

    [Fact]
    public async Task Requests_run_one_after_the_other_in_the_order_they_came()
    {
        var door = Door<IDoor>();
        var calls = new[] { door.Enter(_log, "alice"), door.Enter(_log, "bob"), door.Enter(_log, "carol") };

        await Shows("+alice");
        Finish("carol", "bob");
        await Shows("+alice");
        Finish("alice");

        await Task.WhenAll(calls);
        await Shows("+alice", "-alice", "+bob", "-bob", "+carol", "-carol");
    }

    [Fact]
    public async Task A_reentrant_grain_lets_requests_in_beside_each_other()
    {
        var door = Door<IOpenDoor>();
        var calls = new[] { door.Enter(_log, "alice"), door.Enter(_log, "bob") };

        await Shows("+alice", "+bob");
        Finish("bob");
        await Shows("+alice", "+bob", "-bob");
        Finish("alice");

        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task A_request_that_always_interleaves_overtakes_those_that_wait()
    {
        var door = Door<IDoor>();
        var calls = new[] { door.Enter(_log, "alice"), door.Enter(_log, "bob"), door.Peek(_log, "carol") };

        await Shows("+alice", "+carol");
        Finish("carol");
        await Shows("+alice", "+carol", "-carol");
        Finish("alice");
        await Shows("+alice", "+carol", "-carol", "-alice", "+bob");
        Finish("bob");

        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task A_request_that_always_interleaves_blocks_nobody()
    {
        var door = Door<IDoor>();
        var calls = new[] { door.Peek(_log, "carol"), door.Enter(_log, "alice") };

        await Shows("+carol", "+alice");
        Finish("carol", "alice");

        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task Requests_that_only_read_run_beside_each_other_and_not_beside_others()
    {
        var door = Door<IDoor>();
        var calls = new[] { door.Look(_log, "alice"), door.Look(_log, "bob"), door.Enter(_log, "carol"), door.Look(_log, "dave") };

        await Shows("+alice", "+bob", "+dave");
        Finish("bob", "dave");
        await Shows("+alice", "+bob", "+dave", "-bob", "-dave");
        Finish("alice");
        await Shows("+alice", "+bob", "+dave", "-bob", "-dave", "-alice", "+carol");
        Finish("carol");

        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task When_the_first_reader_has_ended_a_writer_may_start_beside_the_second()
    {
        var door = Door<IDoor>();
        var calls = new[] { door.Look(_log, "alice"), door.Look(_log, "bob"), door.Enter(_log, "carol") };
        await Shows("+alice", "+bob");

        Finish("alice");

        await Shows("+alice", "+bob", "-alice", "+carol");
        Finish("bob", "carol");
        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task A_reader_waits_behind_a_writer_that_runs()
    {
        var door = Door<IDoor>();
        var calls = new[] { door.Enter(_log, "alice"), door.Look(_log, "bob"), door.Look(_log, "carol") };

        await Shows("+alice");
        Finish("alice");
        await Shows("+alice", "-alice", "+bob", "+carol");
        Finish("bob", "carol");

        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task A_predicate_may_let_a_request_in()
    {
        var door = Door<IPickyDoor>();
        var calls = new[] { door.Enter(_log, "alice"), door.Enter(_log, "bob"), door.Enter(_log, "friend") };

        await Shows("+alice", "+friend");
        Finish("friend", "alice", "bob");

        await Task.WhenAll(calls);
        await Shows("+alice", "+friend", "-friend", "-alice", "+bob", "-bob");
    }

    [Fact]
    public async Task A_predicate_about_the_running_request_lets_others_in()
    {
        var door = Door<IPickyDoor>();
        var calls = new[] { door.Enter(_log, "friend"), door.Enter(_log, "alice") };

        await Shows("+friend", "+alice");
        Finish("friend", "alice");

        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task A_predicate_that_throws_refuses_that_request()
    {
        var door = Door<IPickyDoor>();
        var first = door.Enter(_log, "alice");
        await Shows("+alice");

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => door.Enter(_log, "thrower"));

        Assert.Equal("no throwers", refused.Message);
        Finish("alice");
        await first;
        await Shows("+alice", "-alice");
    }

    [Fact]
    public async Task A_predicate_that_does_not_exist_fails_the_activation() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => Door<IStubbornDoor>().Knock(_log));

    [Fact]
    public async Task A_chain_of_calls_may_come_back_into_a_section_that_allows_it()
    {
        await Door<IDoor>().There(Door<IDoor>(), "allowed", _log).Soon("the chain to end");

        await Shows("knock");
    }

    [Theory]
    [InlineData("never allowed")]
    [InlineData("suppressed")]
    public async Task A_chain_of_calls_waits_for_itself_when_it_is_not_allowed_back(string how)
    {
        await using var cluster = await OneSilo.Start(silo =>
            silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromMilliseconds(200)));

        var call = cluster.Client.GetGrain<IDoor>("one").There(cluster.Client.GetGrain<IDoor>("two"), how, _log);

        await Assert.ThrowsAsync<TimeoutException>(() => call);
        Assert.Empty(Signals.Lines(_log));
    }

    [Fact]
    public async Task Only_the_chain_itself_is_let_in()
    {
        var (one, two) = (Door<IDoor>(), Door<IDoor>());
        var held = two.Enter(_log, "gate");
        await Shows("+gate");
        var chain = one.There(two, "allowed", _log);
        var stranger = one.Enter(_log, "stranger");

        Finish("gate");
        await chain;

        Finish("stranger");
        await Task.WhenAll(held, stranger);
        await Shows("+gate", "-gate", "knock", "+stranger", "-stranger");
    }

    [Fact]
    public async Task A_chain_is_not_let_in_once_its_section_is_over()
    {
        var door = Door<IDoor>();
        var call = door.There(Door<IDoor>(), "over", _log);
        await Wait.Eventually(() => Assert.Equal(["+later", "+section over"], Signals.Lines(_log).Order()));

        Finish("later");
        await Wait.Eventually(() => Assert.Contains("-later", Signals.Lines(_log)));
        Finish("peek");
        await door.Peek(_log, "peek");
        Assert.DoesNotContain("knock", Signals.Lines(_log));
        Finish("section over");

        await call;
        await Wait.Eventually(() => Assert.Equal("knock", Signals.Lines(_log)[^1]));
    }

    [Fact]
    public async Task A_grain_may_have_a_limit_of_waiting_requests()
    {
        await using var cluster = await OneSilo.Start(
            silo => silo.Configure<SiloMessagingOptions>(options => options.MaxEnqueuedRequestsHardLimit = 2));
        var door = cluster.Client.GetGrain<IDoor>(_log);
        var calls = new List<Task> { door.Enter(_log, "alice") };
        await Shows("+alice");
        calls.Add(door.Enter(_log, "bob"));
        calls.Add(door.Enter(_log, "carol"));

        await Assert.ThrowsAsync<LimitExceededException>(() => door.Enter(_log, "dave"));

        Finish("alice", "bob", "carol");
        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task Many_waiting_requests_keep_their_order()
    {
        var door = Door<IDoor>();
        var names = Enumerable.Range(0, 500).Select(i => $"n{i}").ToArray();
        var first = door.Enter(_log, "first");
        await Shows("+first");
        var calls = names.Select(name => door.Enter(_log, name)).ToArray();
        Finish(names);

        Finish("first");
        await Task.WhenAll([first, .. calls]);

        await Shows(["+first", "-first", .. names.SelectMany(name => new[] { $"+{name}", $"-{name}" })]);
    }

    private TDoor Door<TDoor>()
        where TDoor : IDoor => silo.Grains.GetGrain<TDoor>(Signals.NewName());

    private void Finish(params string[] who)
    {
        foreach (var name in who) Signals.Set(_log + name);
    }

    private Task Shows(params string[] lines) => Wait.Eventually(() => Assert.Equal(lines, Signals.Lines(_log)));
}
