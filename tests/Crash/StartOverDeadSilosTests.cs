using System.Net;

namespace OrleansSocial.Crash;

/// <summary>A silo starts where others died without a goodbye a moment ago.</summary>
public abstract class StartOverDeadSilosTests(Membership membership, ITestOutputHelper output)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan s_readyWithin = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_answersWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_answeredWithin = TimeSpan.FromSeconds(3);

    [Theory]
    [InlineData(0, true)]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(1, false)]
    public async Task A_silo_that_starts_over_dead_ones_is_ready_soon_and_tells_what_it_waits_for(int living, bool atTheirPorts)
    {
        await using var ground = await Ground.Shared(membership);
        await using var fleet = await Fleet.Start(ground, living + 2);
        await using var crowd = await Crowd.Gather([fleet.Balancer.Address], ground.Logs, people: 6, rooms: 3, s_patience);
        await crowd.EveryoneAcknowledged(10);
        await Task.WhenAll(fleet.Silos.Skip(living).Select(silo => silo.Kill()));

        var newcomer = atTheirPorts ? fleet[living + 1] : fleet.Add(SiloPlace.Loopback());
        await using (var watch = new HealthWatch(newcomer.Address))
        {
            newcomer.Launch();

            // How long the system takes to start a program is not what is promised here.
            await watch.First(answer => answer.Status is not null, s_answersWithin);
            await watch.First(answer => answer.IsReady, s_readyWithin);
            output.WriteLine($"{living} living, {(atTheirPorts ? "at their ports" : "at other ports")}: {watch.Story}");
            var answers = watch.Answers.SkipWhile(answer => answer.Status is null).TakeWhile(answer => !answer.IsReady).ToList();
            Assert.NotEmpty(answers);
            Assert.All(answers, answer => Assert.Equal((HttpStatusCode.ServiceUnavailable, false), (answer.Status, string.IsNullOrEmpty(answer.Reason))));
            Assert.All(answers, answer => Assert.InRange(answer.Took, TimeSpan.Zero, s_answeredWithin));
        }

        if (!atTheirPorts) await fleet.Balancer.Add(newcomer.Address);
        await crowd.EveryoneAcknowledged(10);
        await crowd.Finish(ground.Postgres);
    }
}

/// <summary>The same with the members in PostgreSQL.</summary>
public sealed class StartOverDeadSilosOverPostgresTests(ITestOutputHelper output) : StartOverDeadSilosTests(Membership.Postgres, output);

/// <summary>The same with the members in Redis.</summary>
public sealed class StartOverDeadSilosOverRedisTests(ITestOutputHelper output) : StartOverDeadSilosTests(Membership.Redis, output);
