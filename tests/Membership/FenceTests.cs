using Npgsql;
using Support;

namespace OrleansSocial.Membership;

/// <summary>Who may write: silos as far as their fences go.</summary>
public sealed class FenceTests : IAsyncLifetime
{
    private const string One = "10.0.0.1:11111@1";
    private const string Two = "10.0.0.2:11111@2";

    private static readonly Statement<string> s_told = new("INSERT INTO told SELECT * FROM unnest($1::text[])", columns => columns.Text(what => what));

    private string _connection = null!;
    private FenceStore _fences = null!;
    private Database _operators = null!;

    public async ValueTask InitializeAsync()
    {
        _connection = await TestServer.NewDatabase();
        await PrivatePostgres.Execute(_connection, "CREATE TABLE told (what text)");
        _operators = Open(new WriteFence());
        _fences = new(_operators, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _fences.DisposeAsync();
        await _operators.DisposeAsync();
    }

    [Fact]
    public async Task Silos_write_side_by_side_while_their_fences_stand()
    {
        await using var one = await Join(One);
        await using var two = await Join(Two);

        await Write(one, "by one");
        await Write(two, "by two");

        Assert.Equal("by one, by two", await Told());
        Assert.Equal([One, Two], (await _fences.All(default)).Select(silo => silo.Silo).Order());
    }

    [Fact]
    public async Task A_silo_whose_fence_was_taken_down_is_refused_and_counts()
    {
        await using var one = await Join(One);
        await Write(one, "before");

        await _fences.Remove(One, default);
        await _fences.Remove(One, default);

        await Assert.ThrowsAsync<DatabaseUnavailableException>(() => Write(one, "after"));
        Assert.Equal(1, one.Fence.RefusedCount);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => _fences.Beat(One, one.Fence, default));
        Assert.True(WriteFence.IsRefusal(refused));
        Assert.Equal("before", await Told());
        Assert.Empty(await _fences.All(default));
    }

    [Fact]
    public async Task A_process_that_starts_at_the_same_address_fences_the_one_before_out()
    {
        await using var before = await Join(One);

        await using var after = await Join(One);

        await Assert.ThrowsAsync<DatabaseUnavailableException>(() => Write(before, "before"));
        await Write(after, "after");
        Assert.Equal("after", await Told());
    }

    [Fact]
    public async Task A_write_that_began_under_the_fence_ends_before_the_fence_is_down()
    {
        await using var one = await Join(One);
        await using var connection = await one.Database.OpenOwn();
        await using var transaction = await connection.BeginTransactionAsync();
        await Run(connection, one.Fence.Guard(), new("INSERT INTO told VALUES ('slow')"));

        var removing = _fences.Remove(One, default);
        await Eventually(async () => Assert.Equal(1, await Ask<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'DELETE FROM silo_fences%'")));
        Assert.False(removing.IsCompleted);
        await transaction.CommitAsync();
        await removing;

        Assert.Equal("slow", await Told());
    }

    [Fact]
    public async Task A_process_that_stands_still_in_a_transaction_holds_nobody_up()
    {
        await using var still = await Join(One);
        await using var connection = await still.Database.OpenOwn();
        await using var transaction = await connection.BeginTransactionAsync();
        await Run(connection, still.Fence.Guard(), new("INSERT INTO told VALUES ('half')"));

        await _fences.Remove(One, default);

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => transaction.CommitAsync());
        Assert.Null(await Told());
    }

    [Fact]
    public async Task Grain_state_and_reminders_are_written_under_the_fence_of_their_session_alone()
    {
        await using var one = await Join(One);
        await using var stranger = new Silo(new WriteFence(), _connection);

        await WriteState(one.Database.FencedSource, 1, "state");
        await WriteReminder(one.Database.FencedSource, "wake");
        await Assert.ThrowsAsync<PostgresException>(() => WriteState(stranger.Database.FencedSource, 2, "stranger"));
        await using var unfenced = NpgsqlDataSource.Create(_connection);
        await Assert.ThrowsAsync<PostgresException>(() => WriteState(unfenced, 3, "nobody"));
        await _fences.Remove(One, default);
        var late = await Assert.ThrowsAsync<PostgresException>(() => WriteState(one.Database.FencedSource, 4, "late"));
        var lateReminder = await Assert.ThrowsAsync<PostgresException>(() => WriteReminder(one.Database.FencedSource, "late"));

        Assert.True(WriteFence.IsRefusal(late) && WriteFence.IsRefusal(lateReminder));
        Assert.Equal("state", await Ask<string>("SELECT string_agg(convert_from(payloadbinary, 'UTF8'), ' ') FROM orleansstorage"));
        Assert.Equal("wake", await Ask<string>("SELECT string_agg(remindername, ' ') FROM orleansreminderstable"));
    }

    [Fact]
    public async Task The_fence_of_a_silo_that_ended_before_it_joined_is_taken_down_by_the_next_one_that_comes()
    {
        foreach (var (silo, joined, minutes) in new[] { ("ended", "NULL", 10), ("starting", "NULL", 1), ("joined", "now()", 10) })
        {
            await PrivatePostgres.Execute(_connection, $"""
                INSERT INTO silo_fences (silo, fence, membership, joined_at) VALUES ('{silo}', gen_random_uuid(), 'postgresql', {joined});
                INSERT INTO heartbeats (silo, at) VALUES ('{silo}', clock_timestamp() - interval '{minutes} minutes')
                """);
        }

        await using var one = await Join(One);

        Assert.Equal($"{One}, joined, starting", await Ask<string>("SELECT string_agg(silo, ', ' ORDER BY silo) FROM silo_fences"));
        Assert.Equal($"{One}, joined, starting", await Ask<string>("SELECT string_agg(silo, ', ' ORDER BY silo) FROM heartbeats"));
    }

    [Fact]
    public async Task A_session_keeps_its_fence_when_it_is_reset()
    {
        await using var one = await Join(One);
        await using var connection = await one.Database.FencedSource.OpenConnectionAsync(TestContext.Current.CancellationToken);

        await Run(connection, new NpgsqlBatchCommand("DISCARD ALL"));
        await Run(connection, new NpgsqlBatchCommand("SELECT social_guard()"));
    }

    [Theory]
    [InlineData(5L, 10L, 5L)]
    [InlineData(5L, (1L << 32) + 10, (1L << 32) + 5)]
    [InlineData(0xFFFF_FFF0L, (1L << 32) + 10, 0xFFFF_FFF0L)]
    [InlineData(0xFFFF_FFF0L, (3L << 32) + 10, (2L << 32) + 0xFFFF_FFF0L)]
    public async Task A_short_number_of_a_transaction_is_the_last_one_before_the_next(long xid, long next, long full) =>
        Assert.Equal(full, await Ask<long>($"SELECT social_full_xid({xid}, {next})"));

    private Database Open(WriteFence fence) => new(_connection, new DatabaseOptions(), fence, TimeProvider.System);

    private async Task<Silo> Join(string address)
    {
        var silo = new Silo(new WriteFence(), _connection);
        await _fences.Put(address, silo.Fence.Id, "postgresql", default);
        return silo;
    }

    private static Task Write(Silo silo, string what) => silo.Writer.Store(s_told, what);

    private Task<string?> Told() => Ask<string?>("SELECT string_agg(what, ', ') FROM told");

    private async Task<T> Ask<T>(string sql)
    {
        await using var connection = await _operators.Open();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is T value ? value : default!;
    }

    private static async Task Run(NpgsqlConnection connection, params NpgsqlBatchCommand[] commands)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var command in commands) batch.BatchCommands.Add(command);
        await batch.ExecuteNonQueryAsync();
    }

    private Task WriteState(NpgsqlDataSource source, int key, string text) => OrleansStatement(source, "WriteToStorageKey",
        ("GrainIdHash", key), ("GrainIdN0", 0L), ("GrainIdN1", 5L), ("GrainTypeHash", 12), ("GrainTypeString", "account"),
        ("GrainIdExtensionString", "user:alice"), ("ServiceId", "social"), ("GrainStateVersion", null), ("PayloadBinary", System.Text.Encoding.UTF8.GetBytes(text)));

    private Task WriteReminder(NpgsqlDataSource source, string name) => OrleansStatement(source, "UpsertReminderRowKey",
        ("ServiceId", "social"), ("GrainId", "sleeper/user:alice"), ("ReminderName", name), ("StartTime", DateTime.UnixEpoch), ("Period", 60_000L), ("GrainHash", 7));

    private async Task OrleansStatement(NpgsqlDataSource source, string key, params (string Name, object? Value)[] parameters)
    {
        await using var command = source.CreateCommand(await Ask<string>($"SELECT querytext FROM orleansquery WHERE querykey = '{key}'"));
        foreach (var (name, value) in parameters)
            command.Parameters.Add(value is null ? new NpgsqlParameter(name, NpgsqlTypes.NpgsqlDbType.Integer) { Value = DBNull.Value } : new NpgsqlParameter(name, value));
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A process as far as PostgreSQL knows it.</summary>
    private sealed class Silo(WriteFence fence, string connection) : IAsyncDisposable
    {
        public WriteFence Fence => fence;

        public Database Database { get; } = new(connection, new DatabaseOptions(), fence, TimeProvider.System);

        public GroupCommit Writer => FencedDatabase.Writer(Database, fence);

        public ValueTask DisposeAsync() => Database.DisposeAsync();
    }
}
