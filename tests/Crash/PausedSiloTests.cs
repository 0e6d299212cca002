using Npgsql;

namespace OrleansSocial.Crash;

/// <summary>A silo stands still until the others have gone on without it, and then goes on itself.</summary>
public abstract class PausedSiloTests(Membership membership, ITestOutputHelper output)
{
    private const int Silos = 3;
    private const int ReplacedExitCode = 3;
    private static readonly TimeSpan s_bothWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan s_endedWithin = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_silo_that_stood_still_beyond_its_death_writes_nothing_more_and_ends()
    {
        // A silo that is paused in a transaction holds back the horizon of the whole server.
        await using var ground = await Ground.Own(membership);
        await using var fleet = await Fleet.Start(ground, Silos);
        await using var crowd = await Crowd.Gather([fleet.Balancer.Address], ground.Logs, people: 24, rooms: 24, s_patience);
        await using var profiles = await ProfileProbe.Start(fleet.Balancer.Address, people: 24, crowd.GiveUp);
        await using var sessions = SessionProbe.Start(fleet.Balancer.Address, devices: 12);
        var audit = await WriteAudit.Begin(ground.Postgres);
        await crowd.EveryoneAcknowledged(5);
        var (paused, tables) = await audit.WriterOf(crowd, Silos, "messages", "orleansstorage");
        output.WriteLine($"silo {paused} is paused, which writes {string.Join(" and ", tables)}");

        await PauseAmidWrites(ground, fleet[paused], Fleet.NameOf(paused), tables.Count, crowd);
        await crowd.Until(() => audit.IsReplaced(fleet[paused]), "the silo to be replaced");
        await crowd.Until(async () => await audit.WrittenByOthersSince(paused, fleet[paused]) > 50, "the others to write on");
        await Signals.Continue(fleet[paused].ProcessId);
        var goesOn = TimeProvider.System.GetTimestamp();
        Assert.Equal(ReplacedExitCode, await fleet[paused].EndedWithin(s_endedWithin));
        output.WriteLine($"ended {TimeProvider.System.GetElapsedTime(goesOn).TotalSeconds:0.00} s after it went on; {fleet.RefusedOf(paused)} writes were refused");

        await crowd.EveryoneAcknowledged(10);
        Assert.Single(fleet.FarewellsOf(paused));
        Assert.True(fleet.RefusedOf(paused) > 0, fleet[paused].Log);
        await fleet[paused].Start();
        await crowd.EveryoneAcknowledged(10);
        await profiles.Finish(crowd.GiveUp);
        await crowd.Finish(ground.Postgres);
        await audit.Check(paused, fleet[paused]);
    }

    /// <summary>
    /// With the tables locked writes pile up in every silo: some under way in PostgreSQL, the next ones waiting in memory. Those under way
    /// end when the lock does, before the silo can be replaced; those in memory are tried when it goes on.
    /// </summary>
    private static async Task PauseAmidWrites(Ground ground, SiloProcess silo, string name, int tables, Crowd crowd)
    {
        const string Waiting = """
            SELECT count(DISTINCT l.relation) FILTER (WHERE l.relation = 'messages'::regclass) * 10 + count(DISTINCT l.relation)
            FROM pg_locks AS l JOIN pg_stat_activity AS s USING (pid)
            WHERE NOT l.granted AND s.application_name = $1 AND l.relation IN ('messages'::regclass, 'orleansstorage'::regclass)
            """;
        var since = TimeProvider.System.GetTimestamp();
        await using var source = NpgsqlDataSource.Create(ground.Postgres);
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var locking = new NpgsqlCommand("LOCK TABLE messages, orleansstorage IN SHARE MODE", connection, transaction)) await locking.ExecuteNonQueryAsync();
        await crowd.Until(async () =>
        {
            await using var command = source.CreateCommand(Waiting);
            command.Parameters.Add(new() { Value = name });
            var waiting = (long)(await command.ExecuteScalarAsync())!;

            // Writes of states that have waited for too long end and come again, perhaps at another silo: then those of rows are enough.
            return waiting >= 10 + tables || (waiting >= 11 && TimeProvider.System.GetElapsedTime(since) > s_bothWithin);
        }, "writes of rows to wait");
        await Stands(crowd);
        await Signals.Pause(silo.ProcessId);
    }

    /// <summary>Waits until no message is acknowledged any more.</summary>
    private static async Task Stands(Crowd crowd)
    {
        const int LooksMin = 10;
        var (last, looks) = (-1L, 0);
        await crowd.Until(() =>
        {
            (last, looks) = crowd.Acknowledged == last ? (last, looks + 1) : (crowd.Acknowledged, 0);
            return Task.FromResult(looks >= LooksMin);
        }, "nothing to be acknowledged any more");
    }
}

/// <summary>The same with the members in PostgreSQL.</summary>
public sealed class PausedSiloOverPostgresTests(ITestOutputHelper output) : PausedSiloTests(Membership.Postgres, output);

/// <summary>The same with the members in Redis.</summary>
public sealed class PausedSiloOverRedisTests(ITestOutputHelper output) : PausedSiloTests(Membership.Redis, output);
