using Npgsql;
using Orleans.Bundled;
using Orleans.Conformance.Storage;

namespace Orleans.Conformance.Membership;

/// <summary>What a cluster makes of a database that is not as it should be.</summary>
[Collection(PostgresTests.Name)]
[Feature("Cluster", "UseAdoNetClustering: membership in PostgreSQL", Better = "leases with epochs, which every durable write is checked against")]
public sealed class PostgresClusterTests(PostgresFixture postgres) : IAsyncLifetime, IDisposable
{
    private string _database = "";
    private AgentCluster? _cluster;

    private AgentCluster Cluster => _cluster!;

    public async Task InitializeAsync()
    {
        _database = await MembershipDatabase.Create(postgres, "*_grain_state.sql", "*_orleans_membership.sql");
        _cluster = new AgentCluster(() => MembershipDatabase.Store(_database));
    }

    public void Dispose() => _cluster?.Dispose();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_silo_whose_row_is_removed_by_hand_stops_and_the_others_go_on()
    {
        var (first, second) = (await Cluster.Start(1), await Cluster.Start(2));

        await Execute($"DELETE FROM silo_leases WHERE epoch = {first.Agent.Epoch}");

        await Wait.Eventually(() => Assert.True(first.Lost));
        Assert.Contains("or the row was removed by hand", first.Fatal, StringComparison.Ordinal);
        Assert.False(first.Agent.Serves);
        await Wait.Eventually(() => Assert.Equal(second.Agent.Self, Assert.Single(second.Agent.View.Members).Address));
        Assert.Null(second.Fatal);
    }

    [Fact]
    public async Task A_silo_whose_row_is_renamed_by_hand_stops_and_the_others_go_on()
    {
        var (first, second) = (await Cluster.Start(1), await Cluster.Start(2));

        await Execute($"UPDATE silo_leases SET silo = '999.9.9.9:1@1' WHERE epoch = {first.Agent.Epoch}");

        await Wait.Eventually(() => Assert.True(first.Lost));
        await Wait.Eventually(() => Assert.Equal(second.Agent.Self, Assert.Single(second.Agent.View.Members).Address));
        Assert.Null(second.Fatal);
    }

    [Theory]
    [InlineData("UPDATE silo_leases SET status = 7", "silo_leases_status")]
    [InlineData("UPDATE silo_leases SET silo = 'here'", "silo_leases_member")]
    [InlineData("UPDATE silo_leases SET gateway = 'there'", "silo_leases_member")]
    [InlineData("UPDATE silo_leases SET instance = NULL", "silo_leases_member")]
    public async Task Values_that_no_silo_could_read_are_refused_by_the_database(string edit, string rule)
    {
        var silo = await Cluster.Start(1);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => Execute(edit));

        Assert.Equal(rule, refused.ConstraintName);
        Assert.True(silo.Agent.Serves);
    }

    [Fact]
    public async Task A_change_of_status_by_hand_moves_the_view_of_all()
    {
        var (first, second) = (await Cluster.Start(1), await Cluster.Start(2));

        await Execute($"UPDATE silo_leases SET status = 3 WHERE epoch = {first.Agent.Epoch}");

        await Wait.Eventually(() => Assert.All([first, second], s => Assert.Equal(second.Agent.Epoch, Assert.Single(s.Agent.View.Active.ToArray()).Epoch)));
    }

    [Fact]
    public async Task A_database_whose_tables_are_missing_is_refused_with_the_script_to_apply()
    {
        await Execute("DROP TABLE silo_suspicions");

        var refused = await Refused();

        Assert.Contains("_cluster.sql", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_would_tell_nobody_of_changes_is_refused()
    {
        await Execute("ALTER TABLE silo_leases DISABLE TRIGGER silo_leases_changed");

        var refused = await Refused();

        Assert.Contains("triggers of table silo_leases", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_on_its_own_that_holds_the_database_keeps_a_cluster_out_until_its_lease_ends()
    {
        await Execute("INSERT INTO silo_leases (silo, epoch, expires_at) VALUES ('alone/1', nextval('silo_epochs'), 'infinity')");

        var refused = await Refused();
        await Execute("UPDATE silo_leases SET expires_at = now() WHERE silo = 'alone/1'");
        await Cluster.Start(1);

        Assert.Contains("alone/1", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Stop that silo first", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, await MembershipDatabase.Ask<long>(_database, "SELECT count(*) FROM silo_leases"));
    }

    [Fact]
    public async Task Silos_of_another_engine_that_live_keep_a_cluster_out()
    {
        await Execute("""
            INSERT INTO orleansmembershipversiontable (deploymentid) VALUES ('cluster');
            INSERT INTO orleansmembershiptable (deploymentid, address, port, generation, siloname, hostname, status, starttime, iamalivetime)
            VALUES ('cluster', '10.0.0.1', 11111, 1, 'theirs', 'host', 3, now(), now())
            """);

        var refused = await Refused();
        await Execute("UPDATE orleansmembershiptable SET iamalivetime = now() - interval '1 hour'");
        await Cluster.Start(1);

        Assert.Contains("theirs (10.0.0.1:11111)", refused.Message, StringComparison.Ordinal);
        Assert.Contains("One cluster runs one", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_of_another_engine_with_a_lease_keeps_a_cluster_out()
    {
        await Execute("""
            INSERT INTO silo_leases (silo, epoch, expires_at, cluster_id, engine)
            VALUES ('theirs', nextval('silo_epochs'), 'infinity', 'cluster', 'microsoft')
            """);

        var refused = await Refused();

        Assert.Contains("of the engine 'microsoft'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_whose_database_has_no_room_stops_to_serve_says_so_and_goes_on_when_there_is_room()
    {
        var silo = await Cluster.Start(1);
        await Execute("""
            CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
            CREATE TRIGGER full_disk BEFORE UPDATE ON silo_leases FOR EACH ROW EXECUTE FUNCTION full_disk()
            """);

        await Wait.Eventually(() => Assert.False(silo.Agent.Serves));
        Assert.Contains(silo.Log.Lines, l => l.Contains("no disk space left", StringComparison.Ordinal));
        await Execute("DROP TRIGGER full_disk ON silo_leases");

        await Wait.Eventually(() => Assert.True(silo.Agent.Serves));
        Assert.Null(silo.Lost);
    }

    [Fact]
    public async Task A_silo_whose_clock_is_an_hour_off_works_and_warns()
    {
        var off = Cluster.Create(1, clock: new HourAhead());
        await off.Start();
        var right = await Cluster.Start(2);

        await Wait.Eventually(() => Assert.All([off, right], s => Assert.Equal(2, s.Agent.View.Active.Length)));
        Assert.True(off.Agent.Serves);
        Assert.Contains(off.Log.Lines, l => l.StartsWith("Warning", StringComparison.Ordinal) && l.Contains("ahead of", StringComparison.Ordinal));
        Assert.DoesNotContain(right.Log.Lines, l => l.Contains("ahead of", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_lease_of_a_silo_that_was_paused_within_a_write_is_removed_and_its_write_undone()
    {
        var (living, paused) = (await Cluster.Start(1), await Cluster.Start(2));
        var guard = new LeaseWriteGuard();
        guard.Held(paused.Agent.Self.ToParsableString(), paused.Agent.Epoch, 0, TimeSpan.Zero);
        await Execute("CREATE TABLE told (what text)");
        await using var source = NpgsqlDataSource.Create(_database);
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { guard.CreateCommand(), new("INSERT INTO told VALUES ('half')") } })
        {
            await batch.ExecuteNonQueryAsync();
        }

        paused.Crash();

        await Wait.Eventually(() => Assert.True(living.Agent.View.Members.Length == 1, string.Join("\n", living.Log.Lines)));
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => transaction.CommitAsync());
        Assert.Equal(0, await MembershipDatabase.Ask<long>(_database, "SELECT count(*) FROM told"));
        Assert.True(living.Agent.Serves);
    }

    [Fact]
    public async Task A_write_under_a_lease_that_was_removed_is_refused()
    {
        var silo = await Cluster.Start(1);
        var guard = new LeaseWriteGuard();
        guard.Held(silo.Agent.Self.ToParsableString(), silo.Agent.Epoch, 0, TimeSpan.Zero);
        await using var source = NpgsqlDataSource.Create(_database);
        async Task Write()
        {
            await using var batch = source.CreateBatch();
            batch.BatchCommands.Add(guard.CreateCommand());
            await batch.ExecuteNonQueryAsync();
        }

        await Write();
        await Execute("DELETE FROM silo_leases");
        var refused = await Assert.ThrowsAsync<PostgresException>(Write);

        Assert.True(guard.IsRefusal(refused));
    }

    [Fact]
    public async Task Every_silo_gets_the_time_to_renew_after_the_database_was_away()
    {
        AgentSilo[] silos = [await Cluster.Start(1), await Cluster.Start(2), await Cluster.Start(3)];
        await Execute("ALTER TABLE silo_leases RENAME TO away");
        await Wait.Eventually(() => Assert.All(silos, s => Assert.False(s.Agent.Serves)));

        await Execute("ALTER TABLE away RENAME TO silo_leases");

        await Wait.Eventually(() => Assert.All(silos, s => Assert.True(s.Agent.Serves)));
        Assert.All(silos, s => Assert.Null(s.Lost));
        Assert.All(silos, s => Assert.Equal(3, s.Agent.View.Active.Length));
    }

    private async Task<OrleansConfigurationException> Refused() =>
        await Assert.ThrowsAsync<OrleansConfigurationException>(() => Cluster.Start(1)).Soon("the refusal");

    private Task<int> Execute(string sql) => MembershipDatabase.Execute(_database, sql);

    private sealed class HourAhead : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromHours(1);
    }
}
