using Npgsql;
using OrleansSocial.Chat;

namespace OrleansSocial.Realtime;

/// <summary>What every source of changes keeps to, whatever its tables are.</summary>
public abstract class ChangeSourceSuite
{
    [Fact]
    public async Task Whoever_was_away_is_told_what_happened_since_and_nobody_else_is()
    {
        await using var ground = await Make();
        await ground.Change(1);
        var since = await ground.Horizon();

        await ground.Change(40);

        var changes = (await ground.Read(ground.Reader, since))!;
        Assert.Equal(40, changes.Count);
        Assert.Equal(40, changes.DistinctBy(c => (c.Event.Type, c.Event.Topic, c.Event.Seq, c.Event.Version)).Count());
        Assert.Empty((await ground.Read(ground.Stranger, since))!);
        Assert.Empty((await ground.Read(ground.Reader, await ground.Horizon()))!);
    }

    [Fact]
    public async Task A_transaction_that_commits_late_is_not_passed_over()
    {
        await using var ground = await Make();
        await ground.Change(1);
        await using var connection = await ground.Database.Open();
        await using var late = await connection.BeginTransactionAsync();
        await ground.Change(connection);

        // The quick one begins after the late one and commits before it: the reader sees it and gets a new horizon.
        var since = await ground.Horizon();
        await ground.Change(1);
        Assert.Single((await ground.Read(ground.Reader, since))!);
        var next = await ground.Horizon();
        await late.CommitAsync();

        Assert.Equal(2, (await ground.Read(ground.Reader, next))!.Count);
    }

    [Fact]
    public async Task Up_to_the_limit_everything_is_told_and_beyond_it_that_there_are_too_many()
    {
        await using var ground = await Make();
        var since = await ground.Horizon();
        foreach (var _ in Enumerable.Range(0, 4)) await ground.Change(50);

        var all = await ground.Read(ground.Reader, since, limit: 200);

        Assert.Equal(200, all!.DistinctBy(c => (c.Event.Topic, c.Event.Seq, c.Event.Version)).Count());
        foreach (var limit in (int[])[199, 100, 1]) Assert.True(await ground.Read(ground.Reader, since, limit) is not { } some || some.Count > limit);
    }

    /// <summary>A new database with a source, and somebody to whom things happen.</summary>
    internal abstract Task<ChangeGround> Make();
}

/// <summary>A source over a database of its own.</summary>
internal abstract class ChangeGround(Database database, IChangeSource source) : IAsyncDisposable
{
    public Database Database => database;

    /// <summary>Who is told.</summary>
    public UserId Reader { get; } = ChatRulesTests.User(1);

    /// <summary>Who is not.</summary>
    public UserId Stranger { get; } = ChatRulesTests.User(2);

    /// <summary>Lets things happen to the reader, as many of them in one transaction as the writer puts there.</summary>
    public abstract Task Change(int count);

    /// <summary>Lets one thing happen in the transaction of a connection.</summary>
    public abstract Task Change(NpgsqlConnection connection);

    /// <summary>The lowest transaction that may still be running.</summary>
    public Task<ulong> Horizon() => FencedDatabase.Scalar<ulong>(Database, "SELECT pg_snapshot_xmin(pg_current_snapshot())");

    /// <summary>What a person is told.</summary>
    public Task<List<Change>?> Read(UserId user, ulong since, int limit = 10_000, IReadOnlyCollection<PushedRun>? pushed = null) =>
        Read(Database, source, new ChangeQuery(user, since, DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime), pushed ?? [], limit));

    /// <summary>What a source answers to a query; as it is handed out, in its order.</summary>
    public static Task<List<Change>?> Read(Database database, IChangeSource source, ChangeQuery query) => database.Use(async (connection, cancellation) =>
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var command in source.Ask(query)) batch.BatchCommands.Add(command);
        await using var results = await batch.ExecuteReaderAsync(cancellation);
        var changes = await source.Read(query, results, cancellation);
        changes?.Sort(ChangeRules.Compare);
        return changes;
    });

    public virtual ValueTask DisposeAsync() => Database.DisposeAsync();
}
