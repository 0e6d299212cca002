using System.Globalization;
using Xunit;

namespace Orleans.Simulation;

/// <summary>The protocol of the cluster under faults of every kind, as far as a short run goes; see the README beside this file.</summary>
public sealed class SimulationTests
{
    private const int Seeds = 600;

    [Fact]
    public void The_rules_of_the_cluster_hold_whatever_fails_and_it_comes_to_rest_afterwards()
    {
        var results = All(
            int.Parse(Environment.GetEnvironmentVariable("SIMULATION_FROM") ?? "1", CultureInfo.InvariantCulture),
            int.Parse(Environment.GetEnvironmentVariable("SIMULATION_SEEDS") ?? $"{Seeds}", CultureInfo.InvariantCulture));

        if (results.FirstOrDefault(r => r.Broken is not null) is { } broken) Assert.Fail(Program.Describe(broken));
        Assert.True(results.Sum(r => r.Refused) > 0, "No write of a silo that was replaced came to be refused: the faults are too few.");
        Assert.True(results.All(r => r.Accepted > 0));
    }

    [Fact]
    public void The_same_seed_gives_the_same_trace()
    {
        var once = All(1, 20);
        var again = All(1, 20);

        Assert.Equal(once.Select(r => r.Hash), again.Select(r => r.Hash));
        Assert.Equal(20, once.Select(r => r.Hash).Distinct().Count());
    }

    [Fact]
    public void It_is_found_when_writes_are_accepted_without_a_lease() => Finds(Mutation.NoFence, 600, "wrote after", "which was acknowledged");

    [Fact]
    public void It_is_found_when_a_silo_renews_too_late_and_serves_on() => Finds(Mutation.RenewsLate, 50, "serves without a lease");

    [Fact]
    public void It_is_found_when_a_lease_is_removed_before_it_has_ended() => Finds(Mutation.EvictsEarly, 300, "serves without a lease", "while member");

    [Fact]
    public void It_is_found_when_a_grain_is_handed_over_before_its_last_turn_has_ended() => Finds(Mutation.AnswersEarly, 300, "while member", "wrote after");

    private static void Finds(Mutation mutation, int seeds, params string[] rules)
    {
        for (var seed = 1; seed <= seeds; seed += 20)
        {
            if (All(seed, 20, mutation).FirstOrDefault(r => r.Broken is not null) is not { } found) continue;
            Assert.Contains(rules, rule => found.Broken!.Contains(rule, StringComparison.Ordinal));
            return;
        }

        Assert.Fail($"{seeds} seeds ran with {mutation}, and no rule was broken.");
    }

    private static Result[] All(int from, int count, Mutation mutation = Mutation.None) =>
        [.. Enumerable.Range(from, count).AsParallel().AsOrdered().Select(seed => Run.Of(seed, mutation))];
}
