using System.Net;
using Orleans.Bundled;
using Orleans.Conformance.Storage;

namespace Orleans.Conformance.Membership;

/// <summary>What every store of the membership promises.</summary>
[Feature("Cluster", "Membership in memory, in the first silo and in PostgreSQL, also while its store fails")]
public abstract class MembershipStoreConformance
{
    private protected static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private protected static readonly TimeSpan Short = TimeSpan.FromSeconds(0.2);
    private static int s_generation;

    /// <summary>A new cluster's store, as one silo sees it; the others see the same.</summary>
    private protected abstract Task<IMembershipStore> Create();

    [Fact]
    public async Task A_silo_that_joins_owns_nothing_until_it_is_active()
    {
        var store = await Create();
        var request = Request(1);

        var joined = await Again(() => store.Join(request));
        Assert.Equal(MemberStatus.Joining, Assert.Single(joined.Snapshot.Entries).Member.Status);
        Assert.Null(joined.Snapshot.ToView().OwnerOf(GrainId.Create("thing", "a")));
        var active = await Again(() => store.SetStatus(request.Address, joined.Epoch, MemberStatus.Active));

        Assert.Equal(LeaseState.Held, active.State);
        Assert.True(active.Snapshot.Version > joined.Snapshot.Version);
        Assert.Equal(joined.Epoch, active.Snapshot.ToView().OwnerOf(GrainId.Create("thing", "a"))!.Epoch);
    }

    [Fact]
    public async Task A_member_is_read_as_it_was_written()
    {
        var store = await Create();
        var request = Request(1) with { Gateway = SiloAddress.New(IPAddress.Loopback, 30001, 7), Name = "Zoë's silo" };

        var joined = await Again(() => store.Join(request));

        var member = Assert.Single((await Again(store.Read)).Entries).Member;
        Assert.Equal(new Member(request.Address, joined.Epoch, "Zoë's silo", MemberStatus.Joining, joined.Snapshot.Version, request.Gateway), member);
    }

    [Fact]
    public async Task Joining_twice_is_joining_once()
    {
        var store = await Create();
        var request = Request(1);

        var once = await Again(() => store.Join(request));
        var twice = await Again(() => store.Join(request));

        Assert.Equal(once.Epoch, twice.Epoch);
        Assert.Equal(once.Snapshot.Version, twice.Snapshot.Version);
    }

    [Fact]
    public async Task A_silo_that_joins_twice_counts_its_lease_from_the_second_time()
    {
        var store = await Create();
        var request = Request(1, Short);
        var once = await Again(() => store.Join(request));
        await Wait.Eventually(async () => Assert.True(Assert.Single((await Again(store.Read)).Entries).Expired));

        var twice = await Again(() => store.Join(request with { Lease = Lease }));

        Assert.Equal(once.Epoch, twice.Epoch);
        Assert.False(Assert.Single(twice.Snapshot.Entries).Expired);
    }

    [Fact]
    public async Task Epochs_grow_and_versions_grow_with_each_change_of_members()
    {
        var store = await Create();
        var (first, second) = (Request(1), Request(2));

        var one = await Again(() => store.Join(first));
        var two = await Again(() => store.Join(second));
        await Again(() => Left(store, first, one.Epoch));
        var third = Request(1);
        var three = await Again(() => store.Join(third));

        Assert.True(one.Epoch < two.Epoch && two.Epoch < three.Epoch);
        Assert.Equal([one.Snapshot.Version, one.Snapshot.Version + 1, one.Snapshot.Version + 3], [one.Snapshot.Version, two.Snapshot.Version, three.Snapshot.Version]);
        Assert.Equal([two.Epoch, three.Epoch], three.Snapshot.Entries.Select(e => e.Member.Epoch));
    }

    [Fact]
    public async Task A_newer_silo_at_an_endpoint_removes_the_older_one()
    {
        var store = await Create();
        var old = Request(1);
        var before = await Again(() => store.Join(old));

        var newer = Request(1);
        var after = await Again(() => store.Join(newer));

        Assert.Equal(after.Epoch, Assert.Single(after.Snapshot.Entries).Member.Epoch);
        Assert.Equal(LeaseState.Gone, (await Again(() => store.Renew(old.Address, before.Epoch, 0, Lease))).State);
        Assert.Equal(LeaseState.Gone, (await Again(() => store.SetStatus(old.Address, before.Epoch, MemberStatus.Active))).State);
    }

    [Fact]
    public async Task A_renewal_notes_what_the_silo_settled_and_never_less_nor_more_than_there_is()
    {
        var store = await Create();
        var request = Request(1);
        var joined = await Again(() => store.Join(request));
        var other = Request(2);
        await Again(() => store.Join(other));

        long Settled(LeaseReport report) => report.Snapshot.Entries.Single(e => e.Member.Epoch == joined.Epoch).Member.Settled;
        var version = joined.Snapshot.Version;
        Assert.Equal(version, Settled(await Again(() => store.Renew(request.Address, joined.Epoch, 0, Lease))));
        Assert.Equal(version + 1, Settled(await Again(() => store.Renew(request.Address, joined.Epoch, version + 1, Lease))));
        Assert.Equal(version + 1, Settled(await Again(() => store.Renew(request.Address, joined.Epoch, version, Lease))));
        Assert.Equal(version + 1, Settled(await Again(() => store.Renew(request.Address, joined.Epoch, version + 100, Lease))));
    }

    [Fact]
    public async Task A_lease_that_stands_is_not_removed()
    {
        var store = await Create();
        var (first, second) = (Request(1, Short), Request(2));
        var one = await Again(() => store.Join(first));
        var two = await Again(() => store.Join(second));

        var report = await Again(() => store.Evict(first.Address, one.Epoch, TimeSpan.Zero));

        Assert.Contains(report.Snapshot.Entries, e => e.Member.Epoch == two.Epoch && !e.Expired);
    }

    [Fact]
    public async Task A_lease_that_ended_is_removed_by_a_silo_that_held_its_own_for_its_whole_length()
    {
        var store = await Create();
        var (first, second) = (Request(1), Request(2, Short));
        var one = await Again(() => store.Join(first));
        var two = await Again(() => store.Join(second));
        await Wait.Eventually(async () => Assert.Contains((await Again(store.Read)).Entries, e => e.Member.Epoch == two.Epoch && e.Expired));

        var early = await Again(() => store.Evict(first.Address, one.Epoch, Lease));
        Assert.Equal(2, early.Snapshot.Entries.Length);
        var late = await Again(() => store.Evict(first.Address, one.Epoch, TimeSpan.FromMilliseconds(1)));

        Assert.Equal(one.Epoch, Assert.Single(late.Snapshot.Entries).Member.Epoch);
        Assert.True(late.Snapshot.Version > early.Snapshot.Version);
        Assert.Equal(LeaseState.Gone, (await Again(() => store.Renew(second.Address, two.Epoch, 0, Lease))).State);
    }

    [Fact]
    public async Task A_silo_whose_lease_ended_and_was_not_removed_renews_it_and_removes_nobody()
    {
        var store = await Create();
        var (first, second) = (Request(1, Short), Request(2, Short));
        var one = await Again(() => store.Join(first));
        await Again(() => store.Join(second));
        await Wait.Eventually(async () => Assert.All((await Again(store.Read)).Entries, e => Assert.True(e.Expired)));

        Assert.Equal(2, (await Again(() => store.Evict(first.Address, one.Epoch, Short))).Snapshot.Entries.Length);
        var renewed = await Again(() => store.Renew(first.Address, one.Epoch, 0, Lease));
        Assert.Equal(LeaseState.Held, renewed.State);
        Assert.False(renewed.Snapshot.Entries[0].Expired);

        Assert.Equal(2, (await Again(() => store.Evict(first.Address, one.Epoch, Lease))).Snapshot.Entries.Length);
    }

    [Fact]
    public async Task A_status_never_goes_back()
    {
        var store = await Create();
        var request = Request(1);
        var joined = await Again(() => store.Join(request));
        await Again(() => store.SetStatus(request.Address, joined.Epoch, MemberStatus.Leaving));

        var late = await Again(() => store.SetStatus(request.Address, joined.Epoch, MemberStatus.Active));

        Assert.Equal(MemberStatus.Leaving, Assert.Single(late.Snapshot.Entries).Member.Status);
    }

    [Fact]
    public async Task A_silo_that_enough_others_suspect_is_revoked_and_renews_no_more()
    {
        var store = await Create();
        JoinRequest[] silos = [Request(1), Request(2), Request(3)];
        var epochs = new List<long>();
        foreach (var silo in silos) epochs.Add((await Again(() => store.Join(silo))).Epoch);
        var terms = new SuspicionTerms(2, TimeSpan.FromHours(1), TimeSpan.FromHours(2));

        var one = await Again(() => store.Suspect(silos[1].Address, epochs[1], silos[0].Address, terms));
        Assert.DoesNotContain(one.Snapshot.Entries, e => e.Revoked);
        var two = await Again(() => store.Suspect(silos[2].Address, epochs[2], silos[0].Address, terms));

        Assert.Equal(epochs[0], two.Snapshot.Entries.Single(e => e.Revoked).Member.Epoch);
        Assert.Equal(LeaseState.Revoked, (await Again(() => store.Renew(silos[0].Address, epochs[0], 0, Lease))).State);
        Assert.Equal(LeaseState.Revoked, (await Again(() => store.Suspect(silos[0].Address, epochs[0], silos[1].Address, terms))).State);
    }

    [Fact]
    public async Task Of_two_silos_that_suspect_each_other_the_one_that_joined_last_goes()
    {
        var store = await Create();
        JoinRequest[] silos = [Request(1), Request(2)];
        var epochs = new List<long>();
        foreach (var silo in silos) epochs.Add((await Again(() => store.Join(silo))).Epoch);
        var patient = new SuspicionTerms(2, TimeSpan.FromHours(1), TimeSpan.FromHours(2));
        await Again(() => store.Suspect(silos[1].Address, epochs[1], silos[0].Address, patient));

        var report = await Again(() => store.Suspect(silos[0].Address, epochs[0], silos[1].Address, patient with { Patience = TimeSpan.Zero }));

        Assert.Equal(epochs[1], report.Snapshot.Entries.Single(e => e.Revoked).Member.Epoch);
    }

    [Theory]
    [InlineData("engine", "One cluster runs one engine")]
    [InlineData("protocol", "Stop the silos of the other version first")]
    [InlineData("service", "Give both the same ClusterOptions.ServiceId")]
    public async Task A_silo_that_does_not_belong_is_refused_with_the_remedy(string what, string remedy)
    {
        var store = await Create();
        var request = Request(1);
        await Again(() => store.Join(request));
        var other = what switch
        {
            "engine" => Request(2) with { Engine = "another" },
            "protocol" => Request(2) with { Protocol = AgentIdentity.Protocol + 1 },
            _ => Request(2) with { ServiceId = "another" },
        };

        var refused = await Assert.ThrowsAsync<OrleansConfigurationException>(() => Again(() => store.Join(other)));

        Assert.Contains(remedy, refused.Message, StringComparison.Ordinal);
        Assert.Single((await Again(store.Read)).Entries);
    }

    [Fact]
    public async Task Two_silos_under_one_address_are_refused()
    {
        var store = await Create();
        var request = Request(1);
        await Again(() => store.Join(request));

        var refused = await Assert.ThrowsAsync<OrleansConfigurationException>(() => Again(() => store.Join(request with { Instance = Guid.NewGuid() })));

        Assert.Contains("an address and a port of its own", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silos_that_join_at_once_all_become_members_of_one_view()
    {
        var store = await Create();
        var requests = Enumerable.Range(1, 8).Select(i => Request(i)).ToArray();

        var joined = await Task.WhenAll(requests.Select(r => Task.Run(() => Again(() => store.Join(r)))));

        Assert.Equal(8, joined.Select(j => j.Epoch).Distinct().Count());
        var snapshot = await Again(store.Read);
        Assert.Equal(joined.Max(j => j.Snapshot.Version), snapshot.Version);
        Assert.Equal(8, snapshot.Entries.Length);
    }

    /// <summary>Calls that may fail without saying whether they happened are repeated, as the agent does.</summary>
    private protected virtual Task<T> Again<T>(Func<Task<T>> call) => call();

    private static JoinRequest Request(int port, TimeSpan? lease = null) => new(
        SiloAddress.New(IPAddress.Loopback, port, Interlocked.Increment(ref s_generation)), Guid.NewGuid(), $"silo {port}", null, "service",
        AgentIdentity.Engine, AgentIdentity.Protocol, lease ?? Lease);

    private static async Task<bool> Left(IMembershipStore store, JoinRequest silo, long epoch)
    {
        await store.Leave(silo.Address, epoch);
        return true;
    }
}

public class MemoryMembershipStoreTests : MembershipStoreConformance
{
    private protected override Task<IMembershipStore> Create() => Task.FromResult<IMembershipStore>(new MemoryMembershipStore(TimeProvider.System));
}

/// <summary>The membership in another silo's memory, asked for over the network.</summary>
public sealed class RemoteMembershipStoreTests : MembershipStoreConformance
{
    private protected override Task<IMembershipStore> Create()
    {
        var server = new MembershipStoreServer(new MemoryMembershipStore(TimeProvider.System));
        return Task.FromResult<IMembershipStore>(new RemoteMembershipStore(SiloAddress.New(IPAddress.Loopback, 1, 0), () => new Network(server)));
    }

    private sealed class Network(MembershipStoreServer server) : IClusterNetwork
    {
        public Task<byte[]> Ask(SiloAddress silo, ControlKind kind, ReadOnlyMemory<byte> body, CancellationToken cancellation) => server.Answer(body);
    }
}

[Collection(PostgresTests.Name)]
public class PostgresMembershipStoreTests(PostgresFixture postgres) : MembershipStoreConformance, IDisposable
{
    private readonly List<PostgresMembershipStore> _stores = [];

    public void Dispose()
    {
        foreach (var store in _stores) store.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected override async Task<IMembershipStore> Create()
    {
        var store = MembershipDatabase.Store(await MembershipDatabase.Shared(postgres), MembershipDatabase.NewCluster());
        _stores.Add(store);
        return store;
    }
}

/// <summary>A store whose calls fail: every other one before it happened, and every other one after, so that its answer is lost.</summary>
internal sealed class FailingMembershipStore(IMembershipStore store) : IMembershipStore
{
    private int _calls;

    public event Action? Changed
    {
        add => store.Changed += value;
        remove => store.Changed -= value;
    }

    public string Name => store.Name;

    public bool HasWallClock => store.HasWallClock;

    public Task<JoinReport> Join(JoinRequest request) => Fail(() => store.Join(request));

    public Task<LeaseReport> Renew(SiloAddress silo, long epoch, long settled, TimeSpan lease) => Fail(() => store.Renew(silo, epoch, settled, lease));

    public Task<LeaseReport> SetStatus(SiloAddress silo, long epoch, MemberStatus status) => Fail(() => store.SetStatus(silo, epoch, status));

    public Task Leave(SiloAddress silo, long epoch) => Fail(async () =>
    {
        await store.Leave(silo, epoch);
        return true;
    });

    public Task<LeaseReport> Evict(SiloAddress silo, long epoch, TimeSpan lease) => Fail(() => store.Evict(silo, epoch, lease));

    public Task<LeaseReport> Suspect(SiloAddress silo, long epoch, SiloAddress suspect, SuspicionTerms terms) =>
        Fail(() => store.Suspect(silo, epoch, suspect, terms));

    public Task<MembershipSnapshot> Read() => Fail(store.Read);

    // One that never came, one whose answer is lost, one that works.
    private async Task<T> Fail<T>(Func<Task<T>> call)
    {
        var turn = Interlocked.Increment(ref _calls) % 3;
        if (turn == 1) throw new IOException("The question was lost.");
        var answer = await call();
        return turn == 2 ? throw new IOException("The answer was lost.") : answer;
    }
}

public sealed class FailingMemoryMembershipStoreTests : MemoryMembershipStoreTests
{
    private protected override async Task<IMembershipStore> Create() => new FailingMembershipStore(await base.Create());

    private protected override Task<T> Again<T>(Func<Task<T>> call) => Repeated.UntilAnswered(call);
}

public sealed class FailingPostgresMembershipStoreTests(PostgresFixture postgres) : PostgresMembershipStoreTests(postgres)
{
    private protected override async Task<IMembershipStore> Create() => new FailingMembershipStore(await base.Create());

    private protected override Task<T> Again<T>(Func<Task<T>> call) => Repeated.UntilAnswered(call);
}

internal static class Repeated
{
    public static async Task<T> UntilAnswered<T>(Func<Task<T>> call)
    {
        while (true)
        {
            try
            {
                return await call();
            }
            catch (IOException)
            {
                // What the failing store throws; it is asked again.
            }
        }
    }
}
