using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Bundled;
using Orleans.Storage;
using Orleans.TestingHost;
using Support;

namespace Orleans.Conformance.Storage;

/// <summary>A silo that was replaced cannot write grain state any more, whatever it believes.</summary>
[Feature("Storage", "Fencing of durable writes", Better = "a silo whose lease is gone is refused in SQL, whatever it believes")]
[Collection(PostgresTests.Name)]
public sealed class WriteGuardTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly LeaseGuard _guard = new();
    private string _connection = "";
    private InProcessTestCluster _cluster = null!;

    private IGrainStorage Storage => _cluster.GetSiloServiceProvider().GetRequiredKeyedService<IGrainStorage>("notes");

    public async Task InitializeAsync()
    {
        _connection = await postgres.CreateDatabase();
        await PrivatePostgres.Execute(_connection, """
            CREATE TABLE leases (silo text PRIMARY KEY);
            INSERT INTO leases VALUES ('mine');
            CREATE FUNCTION guard() RETURNS void LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM 1 FROM leases WHERE silo = 'mine' FOR KEY SHARE;
                IF NOT FOUND THEN RAISE EXCEPTION 'replaced' USING ERRCODE = 'XX999'; END IF;
            END $$;
            """);
        var builder = new InProcessTestClusterBuilder();
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton<IDurableWriteGuard>(_guard);
            silo.AddAdoNetGrainStorage("notes", o =>
            {
                o.Invariant = "Npgsql";
                o.ConnectionString = _connection;
            });
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task A_silo_that_holds_its_lease_writes()
    {
        var state = new GrainState<Note>(new Note { Text = "one" });

        await Storage.WriteStateAsync("note", Alice, state);
        state.State!.Text = "two";
        await Storage.WriteStateAsync("note", Alice, state);

        Assert.Equal("2", state.ETag);
        Assert.Equal(0, _guard.Refused);
    }

    [Fact]
    public async Task A_silo_that_lost_its_lease_is_refused_by_the_database()
    {
        var state = new GrainState<Note>(new Note { Text = "before" });
        await Storage.WriteStateAsync("note", Alice, state);
        await PrivatePostgres.Execute(_connection, "DELETE FROM leases");

        state.State!.Text = "after";
        var refused = await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.WriteStateAsync("note", Alice, state));
        await Assert.ThrowsAsync<InconsistentStateException>(
            () => Storage.WriteStateAsync("note", GrainId.Create("note", "user:bob"), new GrainState<Note>(new Note())));
        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.ClearStateAsync("note", Alice, state));

        Assert.Equal("XX999", Assert.IsType<PostgresException>(refused.InnerException).SqlState);
        Assert.Equal(3, _guard.Refused);
        var stored = new GrainState<Note>();
        await Storage.ReadStateAsync("note", Alice, stored);
        Assert.Equal("before", stored.State!.Text);
        Assert.Equal("1", stored.ETag);
    }

    [Fact]
    public async Task A_write_that_began_under_the_lease_ends_before_the_lease_can_be_taken()
    {
        await using var source = NpgsqlDataSource.Create(_connection);
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var guard = new NpgsqlCommand("SELECT guard()", connection, transaction))
        {
            await guard.ExecuteNonQueryAsync();
        }

        var taking = PrivatePostgres.Execute(_connection, "DELETE FROM leases");
        await Wait.Eventually(async () =>
        {
            await using var waiting = source.CreateCommand("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'");
            Assert.True((long)(await waiting.ExecuteScalarAsync())! > 0);
        });
        Assert.False(taking.IsCompleted);

        await transaction.CommitAsync();
        await taking.Soon("the removal of the lease");
    }

    private static GrainId Alice => GrainId.Create("note", "user:alice");

    private sealed class LeaseGuard : IDurableWriteGuard
    {
        private int _refused;

        public int Refused => _refused;

        public NpgsqlBatchCommand CreateCommand() => new("SELECT guard()");

        public bool IsRefusal(PostgresException failure) => failure.SqlState == "XX999";

        public void OnRefused() => Interlocked.Increment(ref _refused);
    }
}
