using Npgsql;
using Support;

namespace OrleansSocial.Identity;

public sealed class EndedSessionStoreTests : IAsyncLifetime
{
    private static readonly DateTimeOffset s_inAnHour = TimeProvider.System.GetUtcNow().AddHours(1);

    private TestServer _postgres = null!;
    private string _connection = null!;
    private Database _database = null!;
    private GroupCommit _writer = null!;
    private EndedSessionStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        _postgres = await TestServer.Start();
        _connection = await _postgres.Database();
        var fence = await FencedDatabase.PutUp(_connection);
        _database = new(_connection, new(), fence, TimeProvider.System);
        _writer = FencedDatabase.Writer(_database, fence);
        _store = new(_database, _writer, new());
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    [Fact]
    public async Task What_ended_is_read_from_any_horizon_before_it_and_not_again_after()
    {
        var (first, second) = (NewSession(), NewSession());

        await _store.Add(first, s_inAnHour);
        var one = await _store.Since(0);
        await _store.Add(second, s_inAnHour);
        await _store.Add(first, s_inAnHour);
        var two = await _store.Since(one.Horizon);
        var three = await _store.Since(two.Horizon);

        Assert.Equal([first], one.Sessions.Select(s => s.Session));
        Assert.Equal([second], two.Sessions.Select(s => s.Session));
        Assert.Empty(three.Sessions);
        Assert.False(one.More);
    }

    [Fact]
    public async Task A_session_whose_transaction_took_long_is_not_passed_over()
    {
        var (slow, quick) = (NewSession(), NewSession());
        await using var connection = new NpgsqlConnection(_connection);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var insert = new NpgsqlCommand("INSERT INTO ended_sessions (session, tokens_until) VALUES ($1, $2)", connection, transaction)
        {
            Parameters = { new() { Value = slow.Value }, new() { Value = s_inAnHour } },
        };
        await insert.ExecuteNonQueryAsync();

        await _store.Add(quick, s_inAnHour);
        var before = await _store.Since(0);
        await transaction.CommitAsync();
        var after = await _store.Since(before.Horizon);

        Assert.Equal([quick], before.Sessions.Select(s => s.Session));
        Assert.Contains(slow, after.Sessions.Select(s => s.Session));
    }

    [Fact]
    public async Task A_horizon_stays_within_what_a_crash_of_postgresql_leaves()
    {
        await _store.Add(NewSession(), s_inAnHour);
        var before = await _store.Since(0);

        await PrivatePostgres.Execute(_connection, "BEGIN; SELECT pg_current_xact_id(); ROLLBACK");
        await PrivatePostgres.Execute(_connection, "BEGIN; SELECT pg_current_xact_id(); ROLLBACK");
        var lost = await _store.Since(before.Horizon);
        await PrivatePostgres.Execute(_connection, "UPDATE heartbeats SET at = clock_timestamp()");
        var renewed = await _store.Since(lost.Horizon);

        Assert.Equal(before.Horizon, lost.Horizon);
        Assert.True(renewed.Horizon > before.Horizon + 1);
    }

    [Fact]
    public async Task Sessions_whose_last_token_has_ended_are_not_told_and_are_purged()
    {
        var (over, alive) = (NewSession(), NewSession());
        await _store.Add(over, TimeProvider.System.GetUtcNow().AddMinutes(-2));
        await _store.Add(alive, s_inAnHour);

        Assert.Equal([alive], (await _store.Since(0)).Sessions.Select(s => s.Session));
        var effects = new Effects();
        EndedSessionStore.Purge(effects);
        Assert.True(await _writer.TryStore(effects));

        await using var source = NpgsqlDataSource.Create(_connection);
        await using var command = source.CreateCommand("SELECT session FROM ended_sessions");
        Assert.Equal(alive.Value, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_silo_without_its_fence_cannot_end_a_session()
    {
        await PrivatePostgres.Execute(_connection, "DELETE FROM silo_fences");

        await Assert.ThrowsAsync<DatabaseUnavailableException>(() => _store.Add(NewSession(), s_inAnHour));

        Assert.Empty((await _store.Since(0)).Sessions);
    }

    private static SessionId NewSession() => Ids.New<SessionId>(TimeProvider.System);
}
