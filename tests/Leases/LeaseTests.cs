using Npgsql;
using Support;

namespace OrleansSocial.Leases;

public class LeaseTests
{
    [Fact]
    public async Task Silos_hold_leases_of_their_own_side_by_side()
    {
        var postgres = await NewDatabase();
        await using var first = new Silo(postgres);
        await using var second = new Silo(postgres);

        await first.Start();
        await second.Start();

        Assert.True(first.Fence.Held);
        Assert.True(second.Fence.Held);
        Assert.True(second.Fence.Epoch > first.Fence.Epoch);
        Assert.Equal(1, await first.Write("by the first"));
        Assert.Equal(1, await second.Write("by the second"));
    }

    [Fact]
    public async Task A_silo_that_ends_gives_its_lease_back()
    {
        var postgres = await NewDatabase();
        await using var silo = new Silo(postgres);
        await silo.Start();
        Assert.Equal(1, await silo.Ask<long>("SELECT count(*) FROM silo_leases"));

        await silo.Stop();

        Assert.Equal(0, await silo.Ask<long>("SELECT count(*) FROM silo_leases"));
        Assert.False(silo.Fence.Held);
    }

    [Fact]
    public async Task A_silo_of_another_engine_is_waited_for()
    {
        var postgres = await NewDatabase();
        await PrivatePostgres.Execute(postgres, "INSERT INTO silo_leases (silo, epoch, expires_at, engine) VALUES ('other', 0, now() + interval '1 hour', 'other')");
        await using var silo = new Silo(postgres);

        var starting = silo.Start();
        await Eventually(() => Assert.True(silo.Asked));
        Assert.False(starting.IsCompleted);
        await PrivatePostgres.Execute(postgres, "DELETE FROM silo_leases");
        await starting;

        Assert.True(silo.Fence.Held);
    }

    [Fact]
    public async Task A_silo_is_refused_where_another_engine_stays()
    {
        var postgres = await NewDatabase();
        await PrivatePostgres.Execute(postgres, "INSERT INTO silo_leases (silo, epoch, expires_at, engine) VALUES ('other', 0, now() + interval '1 hour', 'other')");
        await using var silo = new Silo(postgres, claimSecondsMax: 0);

        var refused = await Assert.ThrowsAsync<StartRefusedException>(silo.Start);

        Assert.Contains("held by a silo of another engine (other)", refused.Message, StringComparison.Ordinal);
        Assert.False(silo.Fence.Held);
    }

    [Fact]
    public async Task A_silo_that_stood_still_while_others_went_on_writes_nothing_more_and_ends()
    {
        var postgres = await NewDatabase();
        await using var paused = new Silo(postgres, leaseSeconds: 600);
        await using var other = new Silo(postgres, leaseSeconds: 600);
        await paused.Start();
        await other.Start();
        Assert.Equal(1, await paused.Write("before"));

        await PrivatePostgres.Execute(postgres, $"UPDATE silo_leases SET expires_at = clock_timestamp() WHERE silo = '{paused.Fence.Silo}'");
        await Assert.ThrowsAsync<DatabaseUnavailableException>(() => paused.Write("after"));
        await paused.RenewNow();

        Assert.Equal(1, paused.Fence.RefusedCount);
        await Eventually(() => Assert.True(paused.Ended));
        Assert.False(paused.Fence.Held);
        await Assert.ThrowsAsync<DatabaseUnavailableException>(() => paused.Write("long after"));
        Assert.Equal("before", await other.Ask<string>("SELECT string_agg(what, ' ') FROM told"));
        Assert.Equal(1, await other.Write("by the other"));
        Assert.False(other.Ended);
    }

    [Fact]
    public async Task A_write_under_a_lease_that_ended_is_refused()
    {
        var postgres = await NewDatabase();
        await using var silo = new Silo(postgres, leaseSeconds: 600);
        await silo.Start();

        await PrivatePostgres.Execute(postgres, "UPDATE silo_leases SET expires_at = clock_timestamp()");

        await Assert.ThrowsAsync<DatabaseUnavailableException>(() => silo.Write("too late"));
        Assert.Equal(1, silo.Fence.RefusedCount);
        Assert.Equal(0, await silo.Ask<long>("SELECT count(*) FROM told"));
    }

    [Fact]
    public async Task Silos_that_could_not_renew_go_on_when_nobody_could()
    {
        var postgres = await NewDatabase();
        await using var first = new Silo(postgres, leaseSeconds: 2);
        await using var second = new Silo(postgres, leaseSeconds: 2);
        await first.Start();
        await second.Start();

        await PrivatePostgres.Execute(postgres, "UPDATE silo_leases SET expires_at = clock_timestamp() - interval '1 minute'");

        await Eventually(async () => Assert.Equal(1, await first.Write("again")));
        await Eventually(async () => Assert.Equal(1, await second.Write("again")));
        Assert.False(first.Ended);
        Assert.False(second.Ended);
    }

    [Fact]
    public async Task A_silo_whose_session_is_cut_renews_over_another()
    {
        var postgres = await NewDatabase();
        await using var silo = new Silo(postgres, leaseSeconds: 2);
        await silo.Start();
        var before = await silo.Ask<DateTime>("SELECT expires_at FROM silo_leases");

        await PrivatePostgres.Execute(postgres, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()");

        await Eventually(async () => Assert.True(await silo.Ask<DateTime>("SELECT expires_at FROM silo_leases") > before));
        Assert.False(silo.Ended);
    }

    [Fact]
    public async Task No_lease_is_removed_while_a_write_under_it_runs()
    {
        var postgres = await NewDatabase();
        await using var silo = new Silo(postgres, leaseSeconds: 600);
        await silo.Start();
        await using var source = NpgsqlDataSource.Create(postgres);
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { silo.Fence.Guard(), new("INSERT INTO told VALUES ('slow')") } })
        {
            await batch.ExecuteNonQueryAsync();
        }

        var removing = PrivatePostgres.Execute(postgres, "DELETE FROM silo_leases");
        await Eventually(async () => Assert.Equal(1, await silo.Ask<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'DELETE FROM silo_leases%'")));
        Assert.False(removing.IsCompleted);
        await transaction.CommitAsync();
        await removing;

        Assert.Equal("slow", await silo.Ask<string>("SELECT what FROM told"));
    }

    private static async Task<string> NewDatabase()
    {
        var postgres = await TestServer.NewDatabase();
        foreach (var migration in new[] { "0001_kernel.sql", "0011_cluster.sql" })
            await PrivatePostgres.Execute(postgres, await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "migrations", migration)));
        await PrivatePostgres.Execute(postgres, "CREATE TABLE told (what text)");
        return postgres;
    }
}
