namespace OrleansSocial.Crash;

/// <summary>Silos are killed while people write to what they hold.</summary>
public abstract class KilledSiloTests(Membership membership, ITestOutputHelper output)
{
    private static readonly TimeSpan s_elsewhereWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(LongForm.Or(8, 20));

    [Fact]
    public async Task What_a_killed_silo_held_goes_on_elsewhere_and_nothing_is_lost()
    {
        await using var ground = await Ground.Shared(membership);
        await using var cluster = await LocalCluster.Start(ground, 3);
        await using var crowd = await Crowd.Gather([cluster.Address], ground.Logs, people: 12, rooms: 6, s_patience);
        await using var probe = await RoomProbe.Start(cluster.AddressOf(1), ground.Logs, rooms: 60, crowd.GiveUp);
        await crowd.EveryoneAcknowledged(20);

        var silences = new List<TimeSpan>();
        var failures = 0;
        for (var kill = 1; kill <= LongForm.Or(3, 20); kill++)
        {
            var victim = 2 + (kill % 2);
            var starts = cluster.StartsOf(victim);
            probe.Mark();
            var killedAt = TimeProvider.System.GetTimestamp();

            await Signals.Kill(cluster.ProcessOf(victim));
            await crowd.Until(() => Task.FromResult(probe.AllAnsweredSince(killedAt)), "every conversation to be answered");
            await crowd.EveryoneAcknowledged(5);

            silences.AddRange(probe.Silences());
            failures = Math.Max(failures, probe.FailuresMax);
            output.WriteLine($"kill {kill}: {Told(probe.Silences())} of {probe.Rooms.Count} conversations; at most {probe.FailuresMax} failed attempts");
            await cluster.Again(crowd, victim, starts + 1);
            await crowd.EveryoneAcknowledged(20);
        }

        await probe.DisposeAsync();
        await crowd.Finish(cluster.Postgres);
        output.WriteLine($"all kills: {Told(silences)}");
        Assert.NotEmpty(silences);
        Assert.InRange(Part(silences, 99), TimeSpan.Zero, s_elsewhereWithin);
        Assert.InRange(failures, 0, 1);
    }

    [Fact]
    public async Task The_others_tell_of_a_killed_silo_in_a_handful_of_lines()
    {
        await using var ground = await Ground.Shared(membership);
        await using var cluster = await LocalCluster.Start(ground, 3);
        await using var crowd = await Crowd.Gather([cluster.Address], ground.Logs, people: 12, rooms: 6, s_patience);
        await crowd.EveryoneAcknowledged(10);
        int[] others = [1, 3];
        var before = others.ToDictionary(silo => silo, silo => cluster.LinesOf(silo).Count());
        var killedAt = TimeProvider.System.GetTimestamp();

        await Signals.Kill(cluster.ProcessOf(2));
        await crowd.Until(
            () => Task.FromResult(others.All(silo => cluster.LinesOf(silo).Any(line => line.Contains("was declared dead", StringComparison.Ordinal)))),
            "the others to say that the silo is dead");
        await crowd.EveryoneAcknowledged(20);

        var seconds = TimeProvider.System.GetElapsedTime(killedAt).TotalSeconds;
        foreach (var silo in others)
        {
            var lines = cluster.LinesOf(silo).Skip(before[silo]).ToList();
            output.WriteLine($"silo {silo} wrote {lines.Count} lines in {seconds:0} s");
            Assert.True(lines.Count <= seconds + 8, string.Join(Environment.NewLine, lines));
            Assert.DoesNotContain(lines, line => line.Contains("   at ", StringComparison.Ordinal));
        }

        await crowd.Finish(cluster.Postgres);
    }

    private static TimeSpan Part(IEnumerable<TimeSpan> silences, int percent)
    {
        var ordered = silences.Order().ToList();
        return ordered.Count == 0 ? TimeSpan.Zero : ordered[(ordered.Count * percent) / 100];
    }

    private static string Told(IReadOnlyCollection<TimeSpan> silences) =>
        $"{silences.Count} silences, p50 {Part(silences, 50).TotalSeconds:0.00} s, p99 {Part(silences, 99).TotalSeconds:0.00} s, longest {silences.DefaultIfEmpty().Max().TotalSeconds:0.00} s";
}

/// <summary>The same with the members in PostgreSQL.</summary>
public sealed class KilledSiloOverPostgresTests(ITestOutputHelper output) : KilledSiloTests(Membership.Postgres, output);

/// <summary>The same with the members in Redis.</summary>
public sealed class KilledSiloOverRedisTests(ITestOutputHelper output) : KilledSiloTests(Membership.Redis, output);
