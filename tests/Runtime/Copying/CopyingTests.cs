using Orleans.Concurrency;
using Orleans.Serialization;

namespace Orleans.Conformance.Copying;

/// <summary>Neither side of a call can change what the other holds, though both live in one process.</summary>
[Feature("Calls", "Arguments and results are copied; [Immutable] and Immutable<T> are not")]
public sealed class CopyingTests(OneSiloFixture silo) : IClassFixture<OneSiloFixture>
{
    private IDepotGrain Depot(string name) => silo.Grains.GetGrain<IDepotGrain>(name);

    [Fact]
    public async Task What_alice_changes_after_the_call_does_not_reach_the_grain()
    {
        var depot = Depot("after");
        var parcel = new Parcel("books", ["one"]);

        var call = depot.Keep(parcel);
        parcel.Content.Add("two");
        await call;

        Assert.Equal(["one"], await depot.KeptContent());
    }

    [Fact]
    public async Task What_the_grain_changes_in_an_argument_does_not_reach_alice()
    {
        var parcel = new Parcel("books", ["one"]);

        await Depot("argument").Deface(parcel);

        Assert.Equal(["one"], parcel.Content);
    }

    [Fact]
    public async Task What_alice_changes_in_a_result_does_not_reach_the_grain()
    {
        var depot = Depot("result");
        await depot.Keep(new Parcel("books", ["one"]));

        (await depot.KeptContent()).Add("two");
        (await depot.HandOut()).Content.Clear();

        Assert.Equal(["one"], await depot.KeptContent());
    }

    [Fact]
    public async Task An_object_in_two_arguments_stays_one_object()
    {
        var parcel = new Parcel("books", []);

        Assert.True(await Depot("identity").AreOne(parcel, parcel));
        Assert.False(await Depot("identity").AreOne(parcel, new Parcel("books", [])));
    }

    [Fact]
    public async Task Cycles_travel_both_ways()
    {
        var link = new Link { Name = "one", Next = new Link() };
        link.Next.Next = link;

        var ring = await Depot("ring").Ring();

        Assert.True(await Depot("ring").IsRing(link));
        Assert.Same(ring, ring.Next!.Next);
    }

    [Fact]
    public async Task Immutable_values_are_passed_by_reference()
    {
        var stamp = new Stamp(["x"]);
        var sent = (Bytes: new byte[] { 1 }, List: new List<int> { 1 });
        DepotGrain.LastSeen = sent;

        Assert.Same(stamp, await Depot("immutable").Return(stamp));
        Assert.Same(stamp, await Depot("immutable").ReturnAny(stamp));
        Assert.True(await Depot("immutable").IsSame(sent.Bytes, sent.List.AsImmutable()));
    }

    [Fact]
    public async Task Collections_come_as_what_they_are()
    {
        var depot = Depot("collections");
        var words = new Dictionary<string, int[]>(StringComparer.OrdinalIgnoreCase) { ["A"] = [1] };

        var back = await depot.Echo(words);

        Assert.NotSame(words, back);
        Assert.NotSame(words["A"], back["a"]);
        Assert.Equal([1], back["a"]);
        Assert.Equal(6, await depot.Sum([1, 2, 3]));
        Assert.Equal("(1, two)", (await depot.Echo((1, "two"))).ToString());
        Assert.Equal([1, 2], (HashSet<int>)await depot.ReturnAny(new HashSet<int> { 1, 2 }));
    }

    [Fact]
    public async Task What_cannot_be_copied_is_refused_at_the_caller()
    {
        var depot = Depot("refused");

        await Assert.ThrowsAsync<CodecNotFoundException>(async () => await depot.ReturnAny(new Unlisted()));
        await Assert.ThrowsAsync<CodecNotFoundException>(async () => await depot.Echo<Action>(() => { }));
        await Assert.ThrowsAsync<CodecNotFoundException>(async () => await depot.Echo<Stream>(new MemoryStream()));
        await Assert.ThrowsAsync<CodecNotFoundException>(depot.HandOutUnlisted);
    }

    [Fact]
    public async Task A_grain_hands_out_itself_as_a_reference()
    {
        var me = await Depot("alice").Me();

        Assert.Equal(Depot("alice"), me);
        Assert.IsNotType<DepotGrain>(me);
        Assert.Equal("bob met alice", await Depot("alice").Introduce(Depot("bob")));
    }

    [Fact]
    public async Task References_are_members_and_keys()
    {
        var address = new Address(Depot("home"), new() { [Depot("near")] = 1, [Depot("far")] = 9 });

        Assert.Equal("far met home", await Depot("asked").AskFarthest(address));
    }

    [Fact]
    public async Task An_observer_must_be_handed_over_as_a_reference()
    {
        await Assert.ThrowsAnyAsync<Exception>(async () => await Depot("watched").Watch(new Watcher()));

        var watcher = new Watcher();
        await Depot("watched").Watch(silo.Cluster.Client.CreateObjectReference<IDepotWatcher>(watcher));
        await watcher.Seen.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task An_exception_reaches_a_caller_in_the_same_process_as_it_is()
    {
        var caught = await Assert.ThrowsAsync<LostException>(Depot("lost").Lose);

        Assert.Equal("gone", caught.Message);
        Assert.Same(DepotGrain.LastThrown, caught);
        Assert.Contains(nameof(DepotGrain.Lose), caught.StackTrace, StringComparison.Ordinal);
    }

    private sealed class Watcher : IDepotWatcher
    {
        public TaskCompletionSource Seen { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Arrived(Parcel parcel)
        {
            Seen.TrySetResult();
            return Task.CompletedTask;
        }
    }
}
