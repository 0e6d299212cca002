using Npgsql;
using Support;

namespace OrleansSocial.Leases;

public class LeaseTests
{
    [Fact]
    public async Task A_second_silo_waits_for_the_first_to_end()
    {
        var postgres = await NewDatabase();
        await using var first = new Silo(postgres, "first");
        await using var second = new Silo(postgres, "second");
        await first.Start();

        var starting = second.Start();
        await Eventually(async () => Assert.True(await first.Ask<bool>("SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE application_name = 'second')")));
        Assert.False(starting.IsCompleted);
        await first.Stop();
        await starting;

        Assert.True(second.Fence.Held);
        Assert.True(second.Fence.Epoch > first.Fence.Epoch);
        Assert.Equal(1, await second.Write("by the second"));
    }

    [Fact]
    public async Task A_silo_that_ends_gives_its_lease_back()
    {
        var postgres = await NewDatabase();
        await using var silo = new Silo(postgres, "silo");
        await silo.Start();
        Assert.Equal(1, await silo.Ask<long>("SELECT count(*) FROM silo_leases"));

        await silo.Stop();

        Assert.Equal(0, await silo.Ask<long>("SELECT count(*) FROM silo_leases"));
        Assert.False(silo.Fence.Held);
    }

    [Fact]
    public async Task A_second_silo_is_refused_when_the_first_stays()
    {
        var postgres = await NewDatabase();
        await using var first = new Silo(postgres, "first");
        await using var second = new Silo(postgres, "second", claimSecondsMax: 0);
        await first.Start();

        var refused = await Assert.ThrowsAsync<StartRefusedException>(second.Start);

        Assert.Contains($"held by another silo ({first.Fence.Silo})", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, await first.Write("still by the first"));
    }

    [Fact]
    public async Task A_silo_that_dies_gives_the_database_free_at_once()
    {
        var postgres = await NewDatabase();
        await using var first = new Silo(postgres, "first");
        await using var second = new Silo(postgres, "second", leaseSeconds: 600);
        await first.Start();

        await TakeOver(second, first);

        Assert.True(second.Fence.Held);
    }

    [Fact]
    public async Task A_silo_that_was_replaced_writes_nothing_more_and_ends()
    {
        var postgres = await NewDatabase();
        await using var paused = new Silo(postgres, "paused");
        await using var other = new Silo(postgres, "other");
        await paused.Start();
        Assert.Equal(1, await paused.Write("before"));

        await TakeOver(other, paused);
        await Assert.ThrowsAsync<DatabaseUnavailableException>(async () =>
        {
            // The first writes may find their sessions cut; one of them reaches PostgreSQL, and is refused there.
            while (paused.Fence.RefusedCount == 0)
            {
                await Retried(() => paused.Write("after"));
            }

            await paused.Write("after");
        });

        Assert.True(paused.Fence.RefusedCount >= 1);
        Assert.Equal("before", await other.Ask<string>("SELECT string_agg(what, ' ') FROM told"));
        await Eventually(() => Assert.True(paused.Ended));
        Assert.False(paused.Fence.Held);
        Assert.False(other.Ended);
    }

    [Fact]
    public async Task A_write_under_a_lease_that_ended_is_refused()
    {
        var postgres = await NewDatabase();
        await using var silo = new Silo(postgres, "silo", leaseSeconds: 600);
        await silo.Start();

        await PrivatePostgres.Execute(postgres, "UPDATE silo_leases SET expires_at = clock_timestamp()");

        await Assert.ThrowsAsync<DatabaseUnavailableException>(() => silo.Write("too late"));
        Assert.Equal(1, silo.Fence.RefusedCount);
        Assert.Equal(0, await silo.Ask<long>("SELECT count(*) FROM told"));
    }

    [Fact]
    public async Task A_silo_that_could_not_renew_goes_on_when_nobody_took_its_place()
    {
        var postgres = await NewDatabase();
        await using var silo = new Silo(postgres, "silo", leaseSeconds: 2);
        await silo.Start();

        await PrivatePostgres.Execute(postgres, "UPDATE silo_leases SET expires_at = clock_timestamp() - interval '1 minute'");

        await Eventually(async () => Assert.Equal(1, await silo.Write("again")));
        Assert.False(silo.Ended);
    }

    [Fact]
    public async Task A_silo_whose_session_is_cut_takes_the_lock_again()
    {
        var postgres = await NewDatabase();
        await using var silo = new Silo(postgres, "silo", leaseSeconds: 2);
        await using var second = new Silo(postgres, "second", claimSecondsMax: 0);
        await silo.Start();

        await second.CutOff(silo);
        await Eventually(async () => Assert.Equal(1, await second.Ask<long>(
            "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted AND application_name = 'silo'")));

        await Assert.ThrowsAsync<StartRefusedException>(second.Start);
        Assert.True(silo.Fence.Held);
    }

    [Fact]
    public async Task Nobody_takes_over_while_a_write_under_the_old_lease_runs()
    {
        var postgres = await NewDatabase();
        await using var first = new Silo(postgres, "first");
        await using var second = new Silo(postgres, "second");
        await first.Start();
        await using var source = NpgsqlDataSource.Create(postgres);
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { first.Fence.Guard(), new("INSERT INTO told VALUES ('slow')") } })
        {
            await batch.ExecuteNonQueryAsync();
        }

        var starting = second.Start();
        await Eventually(async () =>
        {
            await second.CutOff(first);
            Assert.Equal(1, await second.Ask<long>("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'second' AND wait_event_type = 'Lock'"));
        });
        Assert.False(starting.IsCompleted);
        await transaction.CommitAsync();
        await starting;

        Assert.Equal("slow", await second.Ask<string>("SELECT what FROM told"));
    }

    // A silo that is cut off tries to come back at once; it is kept away until the other holds the database.
    private static async Task TakeOver(Silo by, Silo from)
    {
        var starting = by.Start();
        await Eventually(async () =>
        {
            await by.CutOff(from);
            Assert.True(starting.IsCompleted);
        });
        await starting;
    }

    private static async Task Retried(Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (DatabaseUnavailableException)
        {
            // What the caller's condition waits for.
        }
    }

    private static async Task<string> NewDatabase()
    {
        var postgres = await TestServer.NewDatabase();
        await PrivatePostgres.Execute(postgres, await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "migrations", "0001_kernel.sql")));
        await PrivatePostgres.Execute(postgres, "CREATE TABLE told (what text)");
        return postgres;
    }
}
