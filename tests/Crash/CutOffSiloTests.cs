using OrleansSocial.Driver;

namespace OrleansSocial.Crash;

/// <summary>The network between silos is cut; everything else goes on: PostgreSQL, Redis and people reach each of them.</summary>
public abstract class CutOffSiloTests(Membership membership, ITestOutputHelper output)
{
    private const int ReplacedExitCode = 3;
    private static readonly TimeSpan s_cutFor = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan s_endedWithin = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task A_silo_that_none_of_the_others_reaches_ends_and_nothing_is_lost()
    {
        const int Silos = 3;
        await using var hosts = await NetworkHosts.Make(Silos);
        await using var ground = await Ground.Own(membership, hosts.Here);
        await using var fleet = await Fleet.Start(ground, Places(hosts, Silos));
        await using var crowd = await Crowd.Gather([fleet.Balancer.Address], ground.Logs, people: 12, rooms: 12, s_patience);
        await using var profiles = await ProfileProbe.Start(fleet.Balancer.Address, people: 12, crowd.GiveUp);
        var audit = await WriteAudit.Begin(ground.Postgres);
        await crowd.EveryoneAcknowledged(10);
        var (cutOff, _) = await audit.WriterOf(crowd, Silos, "messages");
        var others = Enumerable.Range(1, Silos).Where(silo => silo != cutOff).ToList();

        foreach (var other in others) await hosts.Cut(cutOff, other);
        await using (var watch = new HealthWatch(fleet[cutOff].Address))
        {
            var code = await fleet[cutOff].EndedWithin(s_endedWithin);
            output.WriteLine($"ended after {watch.Elapsed.TotalSeconds:0.0} s; its health: {watch.Story}");
            Assert.Equal(ReplacedExitCode, code);

            // It knows of the cut before the others have found it dead, and once it has said that it is not to be asked it never says otherwise: a load balancer sends people elsewhere.
            Assert.Contains(watch.Answers, answer => answer.Reason == "no other silo answers");
            Assert.DoesNotContain(watch.Answers.SkipWhile(answer => answer.IsReady), answer => answer.IsReady);
        }

        await crowd.EveryoneAcknowledged(20);
        Assert.Single(fleet.FarewellsOf(cutOff));
        Assert.All(others, other => Assert.True(fleet[other].Runs));
        foreach (var other in others) await hosts.Heal(cutOff, other);
        await fleet[cutOff].Start();
        await crowd.EveryoneAcknowledged(10);
        await profiles.Finish(crowd.GiveUp);
        await crowd.Finish(ground.Postgres);
        await audit.Check(cutOff, fleet[cutOff]);
    }

    [Fact]
    public async Task Two_silos_that_do_not_reach_each_other_while_a_third_reaches_both_lose_nothing()
    {
        await using var hosts = await NetworkHosts.Make(3);
        await using var ground = await Ground.Own(membership, hosts.Here);
        await using var fleet = await Fleet.Start(ground, Places(hosts, 3), Certificates(ground));
        await using var crowd = await Crowd.Gather([fleet.Balancer.Address], ground.Logs, people: 12, rooms: 12, s_patience);
        await crowd.EveryoneAcknowledged(10);

        // Orleans asks the third before it finds a silo dead, so all of them stay: whoever is served by one of the two waits for what
        // lies at the other, and everybody else goes on.
        await hosts.Cut(1, 2);
        await crowd.During(s_cutFor);
        await crowd.MoreAcknowledged(20);
        await hosts.Heal(1, 2);
        await crowd.EveryoneAcknowledged(10);

        Assert.All(fleet.Silos, silo => Assert.True(silo.Runs));
        await crowd.Finish(ground.Postgres);
    }

    private static IEnumerable<SiloPlace> Places(NetworkHosts hosts, int count) => Enumerable.Range(1, count).Select(host => SiloPlace.At(hosts, host));

    private static Dictionary<string, string> Certificates(Ground ground)
    {
        var (authority, node) = ClusterCertificates.Make(ground.Folder, "cluster");
        return new() { ["Social__Node__Authority"] = authority, ["Social__Node__Certificate"] = node };
    }
}

/// <summary>The same with the members in PostgreSQL.</summary>
public sealed class CutOffSiloOverPostgresTests(ITestOutputHelper output) : CutOffSiloTests(Membership.Postgres, output);

/// <summary>The same with the members in Redis.</summary>
public sealed class CutOffSiloOverRedisTests(ITestOutputHelper output) : CutOffSiloTests(Membership.Redis, output);
