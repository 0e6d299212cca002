using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace OrleansSocial.Realtime;

/// <summary>What a silo knows of who is live where. The test moves its clock and stands for the nodes.</summary>
public sealed class RosterTests
{
    private static readonly RealtimeOptions s_options = new();
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(s_options.LeaseSeconds);
    private static readonly TimeSpan s_linger = TimeSpan.FromSeconds(s_options.PresenceLingerSeconds);

    private readonly FakeTimeProvider _clock = new();
    private readonly Here _here = new();
    private readonly Roster _roster;

    public RosterTests() => _roster = new(Options.Create(s_options), _here, _clock);

    [Fact]
    public void Each_change_counts_after_the_one_before_and_once()
    {
        var (node, bob) = (new Node(this), NewUser());

        Assert.True(node.Says(0, 1, Is(bob, 1)));
        Assert.True(node.Says(1, 2, Is(bob, 2)));
        Assert.True(node.Says(1, 2, Is(bob, 2)));
        Assert.False(node.Says(0, 1, Is(bob, 0)), "one that comes late is passed over");
        Assert.False(node.Says(3, 4, Is(bob, 5)), "one before it is missing");

        Assert.Equal(2, _roster.TotalOf(bob.Value));
        Assert.True(node.Says(2, 2));
    }

    [Fact]
    public void A_silo_that_has_missed_something_says_so_and_takes_all()
    {
        var (node, bob, carol) = (new Node(this), NewUser(), NewUser());
        Assert.False(node.Says(7, 8, Is(bob, 1)), "a silo that has just started knows no node");

        _roster.Enrol(node.Roll(8, Is(bob, 1)), _here.SiloAddress);
        _roster.Enrol(node.Roll(9, Is(carol, 3)), _here.SiloAddress);
        _roster.Enrol(node.Roll(8, Is(bob, 1)), _here.SiloAddress);

        Assert.Equal((0, 3), (_roster.TotalOf(bob.Value), _roster.TotalOf(carol.Value)));
        Assert.True(node.Says(9, 10, Is(bob, 1)));
    }

    [Fact]
    public void Connections_of_all_nodes_are_counted_together()
    {
        var (one, other, bob) = (new Node(this), new Node(this), NewUser());
        one.Says(0, 1, Is(bob, 2));
        other.Says(0, 1, Is(bob, 3));
        Assert.Equal(5, _roster.TotalOf(bob.Value));

        one.Says(1, 2, Is(bob, 0));

        Assert.Equal(3, _roster.TotalOf(bob.Value));
        Assert.Equal(other.Id, Assert.Single(_roster.SeatsOf(bob.Value).ToArray()).Node.Id);
    }

    [Fact]
    public void A_node_that_is_silent_for_its_lease_is_forgotten_and_one_that_gives_word_is_not()
    {
        var (silent, alive, bob) = (new Node(this), new Node(this), NewUser());
        silent.Says(0, 1, Is(bob, 1));
        alive.Says(0, 1, Is(bob, 1));

        Pass(s_lease / 2);
        alive.Says(1, 1);
        Pass(s_lease / 2);

        Assert.Equal((1, 1), (_roster.Nodes, _roster.TotalOf(bob.Value)));
        Assert.False(silent.Says(1, 2, Is(bob, 1)), "it has to tell all of itself");
    }

    [Fact]
    public void A_node_ends_with_its_silo()
    {
        var dead = SiloAddress.New(IPAddress.Loopback, 2, 1);
        var (node, bob) = (new Node(this, dead), NewUser());
        node.Says(0, 1, Is(bob, 1));
        _roster.Expire(_ => false);
        Assert.True(_roster.IsHere(bob));

        _roster.Expire(dead.Equals);

        Assert.Equal((0, 0), (_roster.Nodes, _roster.TotalOf(bob.Value)));
    }

    [Fact]
    public async Task Followers_hear_of_coming_and_going_and_a_reload_is_not_a_leaving()
    {
        var (watches, holds, bob) = (new Node(this), new Node(this), NewUser());
        watches.Says(0, 1, new Interest(LiveTopic.PresenceOf(bob).Key, IsPerson: false, 1));

        holds.Says(0, 1, Is(bob, 1));
        holds.Says(1, 2, Is(bob, 0));
        Pass(s_linger / 2);
        Assert.True(_roster.IsHere(bob));
        holds.Says(2, 3, Is(bob, 1));
        Pass(s_linger);
        await Eventually(() => Assert.Equal([true], watches.Presence));

        holds.Says(3, 4, Is(bob, 0));
        Pass(s_linger);
        Assert.False(_roster.IsHere(bob));
        await Eventually(() => Assert.Equal([true, false], watches.Presence));
    }

    [Fact]
    public async Task The_silo_of_a_node_alone_tells_it_of_topics()
    {
        var (watches, holds, bob) = (new Node(this), new Node(this), NewUser());
        watches.Home = SiloAddress.New(IPAddress.Loopback, 9, 9);
        watches.Says(0, 1, new Interest(LiveTopic.PresenceOf(bob).Key, IsPerson: false, 1));
        holds.Says(0, 1, Is(bob, 1));

        watches.Home = _here.SiloAddress;
        watches.Says(1, 1);
        holds.Says(1, 2, Is(bob, 0));
        Pass(s_linger);

        await Eventually(() => Assert.Equal([false], watches.Presence));
    }

    [Fact]
    public async Task Each_node_is_told_once_of_all_whom_it_holds_and_nobody_else()
    {
        var (one, other, none) = (new Node(this), new Node(this), new Node(this));
        UserId[] people = [.. Enumerable.Range(0, 50).Select(_ => NewUser())];
        one.Says(0, 1, [.. people[..20].Select(user => Is(user, 1))]);
        other.Says(0, 1, [.. people[10..40].Select(user => Is(user, 2))]);
        none.Says(0, 1, Is(NewUser(), 1));
        var origin = Ids.New<ConnectionId>(_clock);

        new LiveTeller(_roster).Tell(new Audience(Guid.NewGuid(), people, people[0], origin), Pushes.Created(1));

        await Eventually(() => Assert.Equal((1, 1), (one.Told.Count, other.Told.Count)));
        Assert.Equal(people[1..20].Select(user => user.Value), one.Told.Single().Keys);
        Assert.Equal(people[10..40].Select(user => user.Value), other.Told.Single().Keys);
        Assert.All([one.Told.Single(), other.Told.Single()], told => Assert.Equal(origin, told.Origin));
        Assert.Empty(none.Told);
    }

    private static UserId NewUser() => Ids.New<UserId>(TimeProvider.System);

    private static Interest Is(UserId user, int count) => new(user.Value, IsPerson: true, count);

    private void Pass(TimeSpan time)
    {
        _clock.Advance(time);
        _roster.Expire(_ => false);
    }

    private sealed class Here : ILocalSiloDetails
    {
        public string Name => "here";

        public string ClusterId => "test";

        public string DnsHostName => "localhost";

        public SiloAddress SiloAddress { get; } = SiloAddress.New(IPAddress.Loopback, 1, 1);

        public SiloAddress GatewayAddress => SiloAddress;
    }

    /// <summary>A node that this test stands for.</summary>
    private sealed class Node(RosterTests test, SiloAddress? silo = null) : INodeEar
    {
        public NodeId Id { get; } = Ids.New<NodeId>(TimeProvider.System);

        private LiveNodeAddress Me => new(Id, silo, this);

        public SiloAddress Home { get; set; } = test._here.SiloAddress;

        public ConcurrentQueue<Told> Told { get; } = [];

        public IEnumerable<bool> Presence => Told.Select(told => told.Event.Data).OfType<PresenceNotice>().Select(notice => notice.Online);

        public bool Says(long from, long to, params Interest[] changes) => test._roster.Apply(new(Me, from, to, changes), Home);

        public NodeRoll Roll(long number, params Interest[] all) => new(Me, number, all);

        public Task Hear(LiveParcel parcel)
        {
            foreach (var told in parcel.Told) Told.Enqueue(told);
            return Task.CompletedTask;
        }
    }
}
