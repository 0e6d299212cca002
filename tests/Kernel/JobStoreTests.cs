using Microsoft.Extensions.Time.Testing;
using OrleansSocial.Chat;
using Support;

namespace OrleansSocial.Kernel;

/// <summary>Jobs as several silos take them from one table.</summary>
[Collection(ChatServerUsers.Name)]
public sealed class JobStoreTests(ChatServer server)
{
    private static readonly JobKinds s_kinds = new([JobKind.Of<Chore>((_, _, _) => Task.CompletedTask), new("test.hourly", "test.chores", (_, _) => Task.CompletedTask, "0 * * * *")]);

    [Fact]
    public async Task Of_two_silos_that_take_at_once_each_job_goes_to_one()
    {
        var (one, two) = await Silos();
        await one.Enqueue(200);

        var taken = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => (i % 2 == 0 ? one : two).Take(10))));

        var all = taken.SelectMany(some => some).Concat(await one.Take(200)).ToList();
        Assert.Equal(200, all.Count);
        Assert.Equal(200, all.Select(job => job.Id).Distinct().Count());
    }

    [Fact]
    public async Task A_job_of_a_silo_that_is_no_more_goes_to_another_and_the_first_ends_it_in_vain()
    {
        var (paused, other) = await Silos();
        await paused.Enqueue(1);
        var first = Assert.Single(await paused.Take(1));
        Assert.Empty(await other.Take(1));
        Assert.False((await other.Look()).Ready);

        await PrivatePostgres.Execute(paused.Connection, $"DELETE FROM silo_fences WHERE fence = '{paused.Fence.Id}'");
        Assert.True((await other.Look()).Ready);
        var second = Assert.Single(await other.Take(1));

        Assert.Equal((first.Id, 2), (second.Id, second.Attempt));
        Assert.False(await paused.End(first, "of the first"));
        Assert.True(await other.End(second, "of the second"));
        Assert.False(await other.End(second, "of the second, again"));
        Assert.Equal(["of the second"], await other.Database.All("SELECT text FROM did", [], row => row.GetString(0)));
    }

    [Fact]
    public async Task A_job_that_ends_its_silo_each_time_is_dead_in_the_end()
    {
        var (_, other) = await Silos();
        await other.Enqueue(1);

        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var killed = await other.Another($"127.0.0.1:{attempt}@9");
            Assert.Equal(attempt, Assert.Single(await killed.Take(1)).Attempt);
            await PrivatePostgres.Execute(other.Connection, $"DELETE FROM silo_fences WHERE fence = '{killed.Fence.Id}'");
        }

        Assert.Empty(await other.Take(1));
        var dead = (await other.Store.Find((await other.Ids()).Single()))!;
        Assert.Equal((JobStates.Dead, "Its silo ended before it did."), (dead.State, dead.Error));
    }

    [Fact]
    public async Task What_recurs_is_one_row_however_many_silos_declare_it_and_another_time_counts_from_the_next_start()
    {
        var (one, two) = await Silos();
        var noon = new DateTimeOffset(2031, 5, 1, 12, 0, 0, TimeSpan.Zero);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? one : two).Store.Declare([.. s_kinds.All], noon, default)));
        var declared = (await one.Store.Find(Assert.Single(await one.Ids())))!;
        await two.Store.Declare([new("test.hourly", "test.others", (_, _) => Task.CompletedTask, "30 * * * *")], noon, default);

        var changed = (await one.Store.Find(declared.Id))!;
        Assert.Equal((noon.AddHours(1), "0 * * * *", "test.chores"), (declared.RunAt, declared.Cron, declared.Queue));
        Assert.Equal((noon.AddMinutes(30), "30 * * * *", "test.others"), (changed.RunAt, changed.Cron, changed.Queue));
    }

    [Fact]
    public async Task What_no_version_lets_recur_any_more_is_forgotten_after_some_days()
    {
        var (one, _) = await Silos();
        await one.Store.Declare([.. s_kinds.All, new("test.of-yesterday", "test.chores", (_, _) => Task.CompletedTask, "0 * * * *")], TimeProvider.System.GetUtcNow(), default);
        await PrivatePostgres.Execute(one.Connection, "UPDATE jobs SET run_at = now() - interval '6 days'");
        Assert.Equal(0, await one.Store.Forget(s_kinds, 7, default));

        await PrivatePostgres.Execute(one.Connection, "UPDATE jobs SET run_at = now() - interval '8 days'");

        Assert.Equal(1, await one.Store.Forget(s_kinds, 7, default));
        Assert.Equal(["test.hourly"], await one.Database.All("SELECT kind FROM jobs", [], row => row.GetString(0)));
    }

    [Fact]
    public async Task What_ended_long_ago_is_swept_and_nothing_else()
    {
        var (one, _) = await Silos();
        await one.Enqueue(6);
        foreach (var job in await one.Take(2)) await one.End(job, "done");
        await PrivatePostgres.Execute(
            one.Connection,
            """
            UPDATE jobs SET ended_at = now() - interval '8 days' WHERE id IN (SELECT id FROM jobs WHERE state = 'done' LIMIT 1);
            UPDATE jobs SET state = 'dead', ended_at = now() - interval '1 year' WHERE id IN (SELECT id FROM jobs WHERE state = 'waiting' LIMIT 1);
            UPDATE jobs SET state = 'cancelled', ended_at = now() - interval '1 year' WHERE id IN (SELECT id FROM jobs WHERE state = 'waiting' LIMIT 1);
            """);

        await one.Sweep(7);

        Assert.Equal(
            ["dead 1", "done 1", "waiting 2"],
            await one.Database.All("SELECT state || ' ' || count(*) FROM jobs GROUP BY state ORDER BY 1", [], row => row.GetString(0)));
    }

    [Theory]
    [InlineData(1, 0, 5)]
    [InlineData(1, 1, 7.5)]
    [InlineData(2, 0, 10)]
    [InlineData(4, 0.5, 50)]
    [InlineData(11, 0, 3600)]
    [InlineData(100, 1, 5400)]
    public void A_job_that_fails_rests_longer_each_time_and_by_lot(int attempt, double lot, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), JobRules.Pause(attempt, new JobOptions(), lot));

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(200, true)]
    [InlineData(201, false)]
    public void A_key_has_1_to_200_characters(int chars, bool fits)
    {
        var enqueue = Record.Exception(() => new Effects().Enqueue(new Chore(new('k', chars))));
        Assert.Equal(fits, enqueue is null);
    }

    [Fact]
    public void A_job_carries_no_more_data_than_a_name_of_it() =>
        Assert.Contains("may have 8192", Assert.Throws<ArgumentException>(() => new Effects().Enqueue(new Parcel(new('x', 9000)))).Message, StringComparison.Ordinal);

    [Fact]
    public void Of_an_error_is_kept_what_a_row_can_hold()
    {
        Assert.Equal("InvalidOperationException: a\uFFFDb\uFFFDc", TextRules.Describe(new InvalidOperationException("a\0b\uD800c")));
        Assert.Equal(TextRules.FaultCharsMax, TextRules.Describe(new InvalidOperationException(new string('x', 100_000))).Length);
    }

    [Fact]
    public void Of_one_trouble_there_is_a_line_a_second()
    {
        var clock = new FakeTimeProvider();
        var pace = new LogPace(clock);

        Assert.Equal([true, false, true], ((string[])["mail", "mail", "media"]).Select(pace.Allows));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([true, false], ((string[])["mail", "mail"]).Select(pace.Allows));
    }

    private async Task<(Silo One, Silo Two)> Silos()
    {
        var connection = await server.Postgres.Database();
        await PrivatePostgres.Execute(connection, "CREATE TABLE did (text text NOT NULL)");
        return (await Silo.Create(connection, "127.0.0.1:1@1"), await Silo.Create(connection, "127.0.0.1:2@2"));
    }

    /// <summary>What a silo has of jobs, over a database that it shares.</summary>
    private sealed class Silo(string connection, WriteFence fence, Database database)
    {
        private static readonly Statement<string> s_did = new("INSERT INTO did (text) SELECT * FROM unnest($1::text[])", columns => columns.Text(text => text));

        private readonly GroupCommit _writer = FencedDatabase.Writer(database, fence);

        public string Connection => connection;

        public WriteFence Fence => fence;

        public Database Database => database;

        public JobStore Store { get; } = new(database, fence);

        public static async Task<Silo> Create(string connection, string name)
        {
            var fence = await FencedDatabase.PutUp(connection, name);
            return new(connection, fence, new Database(connection, new DatabaseOptions(), fence, TimeProvider.System));
        }

        public Task<Silo> Another(string name) => Create(connection, name);

        public async Task Enqueue(int count)
        {
            var effects = new Effects();
            for (var i = 0; i < count; i++) effects.Enqueue(new Chore($"{i}"));
            Assert.True(await _writer.TryStore(effects));
        }

        public Task<JobLook> Look() => Store.Look(s_kinds, default);

        public Task<List<ClaimedJob>> Take(int free) => Store.Claim(s_kinds, [("test.chores", free)], 3, default);

        public Task<bool> End(ClaimedJob claimed, string text)
        {
            var effects = new Effects();
            effects.Add(s_did, text);
            effects.Add(JobStore.Ended, new(claimed, fence.Id, JobStates.Done, claimed.Attempt));
            return _writer.TryStore(effects);
        }

        public async Task Sweep(int days)
        {
            var effects = new Effects();
            effects.Add(JobStore.Swept, (days, 100));
            Assert.True(await _writer.TryStore(effects));
        }

        public Task<List<Guid>> Ids() => database.All("SELECT id FROM jobs", [], row => row.GetGuid(0));
    }
}

/// <summary>A job with more data than it should have.</summary>
[GenerateSerializer, Immutable, Alias("test.parcel"), Queue("test.chores")]
internal sealed record Parcel([property: Id(0)] string Content) : IJob
{
    string IJob.Key => "parcel";
}
