namespace OrleansSocial.Realtime;

/// <summary>One way from a silo to a node, which this test stands for.</summary>
public sealed class NodeLinkTests
{
    private static readonly Guid s_bob = Guid.NewGuid();

    private readonly Ear _ear = new();

    [Fact]
    public async Task What_comes_while_a_parcel_is_under_way_makes_the_next_one_in_its_order()
    {
        var link = new NodeLink(_ear, new RealtimeOptions(), TimeProvider.System);
        link.Add(Told(1));
        await Eventually(() => Assert.Single(_ear.Parcels));

        for (var seq = 2; seq <= 100; seq++) link.Add(Told(seq));
        _ear.Answer();
        await Eventually(() => Assert.Equal(2, _ear.Parcels.Count));
        _ear.Answer();

        Assert.Equal(Enumerable.Range(1, 100).Select(n => (long)n), _ear.Seqs);
        Assert.All(_ear.Parcels, parcel => Assert.True(parcel.Missed is null && !parcel.AllMissed));
    }

    [Fact]
    public async Task Of_an_unanswered_parcel_nothing_comes_again_and_the_next_one_names_whom_it_concerned()
    {
        var (link, carol, dave) = (new NodeLink(_ear, new RealtimeOptions(), TimeProvider.System), Guid.NewGuid(), Guid.NewGuid());
        link.Add(Told(1));
        await Eventually(() => Assert.Single(_ear.Parcels));
        link.Add(Told(2, carol));

        _ear.Fail();
        await Eventually(() =>
        {
            link.TellMissed();
            Assert.Equal(2, _ear.Parcels.Count);
        });
        _ear.Fail();
        await Eventually(() =>
        {
            link.Add(Told(3, dave));
            Assert.Equal(3, _ear.Parcels.Count);
        });

        Assert.Empty(_ear.Parcels[1].Told);
        Assert.Equal([s_bob, carol], _ear.Parcels[1].Missed!.Order(Comparer<Guid>.Create((a, b) => a == s_bob ? -1 : b == s_bob ? 1 : 0)));
        Assert.Superset(new HashSet<Guid> { s_bob, carol }, _ear.Parcels[2].Missed!.ToHashSet());
        Assert.Equal([1, 3], _ear.Seqs.Distinct());
    }

    [Fact]
    public async Task What_waits_has_an_end_and_what_is_beyond_it_is_named()
    {
        var link = new NodeLink(_ear, new RealtimeOptions { LinkEventsMax = 16 }, TimeProvider.System);
        link.Add(Told(1));
        await Eventually(() => Assert.Single(_ear.Parcels));

        for (var seq = 2; seq <= 17; seq++) link.Add(Told(seq));
        var carol = Guid.NewGuid();
        link.Add(Told(18, carol));
        _ear.Answer();

        await Eventually(() => Assert.Equal(2, _ear.Parcels.Count));
        Assert.Equal(16, _ear.Parcels[1].Told.Count);
        Assert.Equal([carol], _ear.Parcels[1].Missed);
    }

    [Fact]
    public async Task Too_many_to_be_named_are_all()
    {
        var link = new NodeLink(_ear, new RealtimeOptions(), TimeProvider.System);
        link.Add(Told(1, [.. Enumerable.Range(0, 10_001).Select(_ => Guid.NewGuid())]));
        await Eventually(() => Assert.Single(_ear.Parcels));

        _ear.Fail();
        await Eventually(() =>
        {
            link.TellMissed();
            Assert.Equal(2, _ear.Parcels.Count);
        });

        Assert.Equal((true, null), (_ear.Parcels[1].AllMissed, _ear.Parcels[1].Missed));
    }

    private static Told Told(long seq, params Guid[] keys) => new(Pushes.Created(seq), keys.Length == 0 ? [s_bob] : keys, null);

    /// <summary>A node that answers when the test says so.</summary>
    private sealed class Ear : INodeEar
    {
        private readonly Lock _gate = new();
        private readonly List<LiveParcel> _parcels = [];
        private TaskCompletionSource _answer = new();

        public IReadOnlyList<LiveParcel> Parcels
        {
            get
            {
                lock (_gate) return [.. _parcels];
            }
        }

        public IEnumerable<long> Seqs => Parcels.SelectMany(parcel => parcel.Told).Select(told => told.Event.Seq!.Value);

        public Task Hear(LiveParcel parcel)
        {
            lock (_gate)
            {
                _parcels.Add(parcel);
                return (_answer = new()).Task;
            }
        }

        public void Answer()
        {
            lock (_gate) _answer.SetResult();
        }

        public void Fail()
        {
            lock (_gate) _answer.SetException(new TimeoutException("The node does not answer."));
        }
    }
}
