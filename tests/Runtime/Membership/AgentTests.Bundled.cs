using Orleans.Bundled;
using Orleans.Conformance.Storage;

namespace Orleans.Conformance.Membership;

public sealed class AgentsOverMemoryTests : AgentConformance
{
    private protected override Task<Func<IMembershipStore>> Stores()
    {
        var store = new MemoryMembershipStore(TimeProvider.System);
        return Task.FromResult<Func<IMembershipStore>>(() => store);
    }
}

[Collection(PostgresTests.Name)]
public sealed class AgentsOverPostgresTests(PostgresFixture postgres) : AgentConformance
{
    private protected override async Task<Func<IMembershipStore>> Stores()
    {
        var database = await MembershipDatabase.Shared(postgres);
        var cluster = MembershipDatabase.NewCluster();
        return () => MembershipDatabase.Store(database, cluster);
    }
}

/// <summary>Agents of silos that join, hand over, die and leave.</summary>
[Feature("Cluster", "One activation per grain: handoff before a grain moves, leases, suspicion, eviction", Better = "at most one among the members at every change of the view")]
public abstract class AgentConformance
{
    /// <summary>What makes a store for each silo of a new cluster.</summary>
    private protected abstract Task<Func<IMembershipStore>> Stores();

    private static readonly GrainId[] s_grains = [.. Enumerable.Range(0, 200).Select(i => GrainId.Create("thing", $"k{i}"))];

    [Fact]
    public async Task A_silo_alone_owns_everything()
    {
        using var cluster = new AgentCluster(await Stores());
        var silo = await cluster.Start(1);

        Assert.All(s_grains, g => Assert.Equal(Admission.Here, silo.Agent.Admit(g)));
        Assert.True(silo.Agent.Serves);
        Assert.True(silo.HeldCount > 0);
    }

    [Fact]
    public async Task Silos_agree_who_owns_what_and_share_it_about_equally()
    {
        using var cluster = new AgentCluster(await Stores());
        AgentSilo[] silos = [await cluster.Start(1), await cluster.Start(2), await cluster.Start(3)];

        await Wait.Eventually(() => Assert.All(silos, s => Assert.Equal(3, s.Agent.View.Active.Length)));

        foreach (var grain in s_grains)
        {
            Assert.Single(silos, s => s.Agent.View.OwnerOf(grain)!.Address == s.Agent.Self);
        }

        Assert.All(silos, s => Assert.InRange(s_grains.Count(g => s.Agent.View.OwnerOf(g)!.Address == s.Agent.Self), 30, 110));
    }

    [Fact]
    public async Task A_silo_that_joins_runs_a_grain_only_after_the_silo_that_had_it_ended_its_activation()
    {
        using var cluster = new AgentCluster(await Stores());
        var first = await cluster.Start(1);
        foreach (var grain in s_grains) Assert.True(await first.Activate(grain));
        var release = new TaskCompletionSource();
        first.Releasing = release.Task;

        var second = await cluster.Start(2);
        var moved = s_grains.First(g => second.Agent.View.OwnerOf(g)!.Address == second.Agent.Self);
        Assert.Equal(Admission.Wait, second.Agent.Admit(moved));
        var activating = second.Activate(moved);
        await Wait.Eventually(() => Assert.Equal(2, first.Agent.View.Active.Length));
        Assert.False(activating.IsCompleted);
        release.SetResult();

        Assert.True(await activating.Soon("the grain on the silo that joined"));
        Assert.DoesNotContain(moved, first.Activations.Keys);
        await Wait.Eventually(() => Assert.True(second.Agent.View.IsSettled));
        Assert.All(first.Activations.Keys, g => Assert.Equal(first.Agent.Self, first.Agent.View.OwnerOf(g)!.Address));
    }

    [Fact]
    public async Task The_grains_of_a_silo_that_dies_go_to_the_others()
    {
        using var cluster = new AgentCluster(await Stores());
        var (first, second) = (await cluster.Start(1), await cluster.Start(2));

        second.Crash();

        await Wait.Eventually(() => Assert.Single(first.Agent.View.Members));
        foreach (var grain in s_grains) Assert.True(await first.Activate(grain).Soon("the grain on the silo that lives"));
        Assert.Null(first.Fatal);
    }

    [Fact]
    public async Task A_silo_that_leaves_hands_its_grains_over_first()
    {
        using var cluster = new AgentCluster(await Stores());
        var (first, second) = (await cluster.Start(1), await cluster.Start(2));
        foreach (var grain in s_grains) await second.Activate(grain);
        Assert.NotEmpty(second.Activations);

        await second.Stop().Soon("the end of the silo");

        Assert.Empty(second.Activations);
        Assert.False(second.Lost);
        Assert.False(second.Agent.Serves);
        await Wait.Eventually(() => Assert.Single(first.Agent.View.Members));
        Assert.All(s_grains, g => Assert.Equal(Admission.Here, first.Agent.Admit(g)));
    }

    [Fact]
    public async Task A_silo_that_starts_at_the_same_endpoint_takes_the_place_of_the_one_before()
    {
        using var cluster = new AgentCluster(await Stores());
        var before = await cluster.Start(1);

        var after = await cluster.Start(1);

        Assert.Equal(after.Agent.Self, Assert.Single(after.Agent.View.Members).Address);
        Assert.True(after.Agent.Epoch > before.Agent.Epoch);
        await Wait.Eventually(() => Assert.True(before.Lost));
        Assert.False(before.Agent.Serves);
        Assert.Contains("another silo took its place", before.Fatal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_silos_that_cannot_reach_each_other_end_as_one_and_a_third_stays()
    {
        using var cluster = new AgentCluster(await Stores());
        var (first, second, third) = (await cluster.Start(1), await cluster.Start(2), await cluster.Start(3));

        cluster.Cut(first, second);

        await Wait.Eventually(() => Assert.True(second.Lost));
        await Wait.Eventually(() => Assert.Equal([first.Agent.Self, third.Agent.Self], first.Agent.View.Members.Select(m => m.Address)));
        Assert.Null(first.Fatal);
        Assert.Null(third.Fatal);
    }

    [Fact]
    public async Task A_silo_that_nobody_reaches_is_removed_and_the_others_stay()
    {
        using var cluster = new AgentCluster(await Stores());
        var (alone, second, third) = (await cluster.Start(1), await cluster.Start(2), await cluster.Start(3));

        cluster.Cut(alone, second);
        cluster.Cut(alone, third);

        await Wait.Eventually(() => Assert.True(alone.Lost));
        await Wait.Eventually(() => Assert.Equal(2, second.Agent.View.Members.Length));
        Assert.Null(second.Fatal);
        Assert.Null(third.Fatal);
    }
}
