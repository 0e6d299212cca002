using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansSocial.Identity;
using Support;

namespace OrleansSocial.Kernel;

/// <summary>Jobs in a running application.</summary>
public sealed class JobTests
{
    [Fact]
    public async Task A_job_that_is_enqueued_again_is_the_same_and_has_its_effect_once()
    {
        await using var workshop = await Workshop.Start();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => workshop.Enqueue([.. Enumerable.Range(0, 10).Select(i => new Chore($"{i}"))])));
        await workshop.Did(10);
        await workshop.Enqueue(new Chore("3"), new Chore("new"));

        await workshop.Did(11);
        Assert.Equal(11, (await workshop.All()).Distinct().Count());
        Assert.All(await workshop.Jobs(JobStates.Done), job => Assert.Equal(1, job.Attempts));
    }

    [Fact]
    public async Task A_subscriber_enqueues_in_the_transaction_of_what_it_has_handled()
    {
        await using var workshop = await Workshop.Start(subscribes: true);
        var effects = new Effects();
        for (var i = 0; i < 30; i++) effects.Happened(new Said(UserId.From(Guid.NewGuid()), $"{i}"));

        Assert.True(await workshop.Writer.TryStore(effects));

        await workshop.Did(30);
        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"said {i}").Order(StringComparer.Ordinal), (await workshop.All()).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("fails", "InvalidOperationException: This chore cannot be done.")]
    [InlineData("poison", "PostgreSQL refused what the job wants stored, or was cut off.")]
    public async Task A_job_that_fails_is_tried_again_then_dead_and_runs_when_an_operator_asks(string text, string error)
    {
        await using var workshop = await Workshop.Start();
        await PrivatePostgres.Execute(workshop.Host.ConnectionString, "ALTER TABLE did ADD CONSTRAINT fit CHECK (text <> 'poison')");

        await workshop.Enqueue(new Chore(text), new Chore("beside it"));

        await workshop.Did(1);
        var dead = await Eventually(async () => Assert.Single(await workshop.Jobs(JobStates.Dead)));
        Assert.Equal((3, error, text), (dead.Attempts, dead.Error, dead.Key));

        var (operates, other) = (await workshop.Operator(), await workshop.Host.Person("other"));
        var run = $"/v1/admin/jobs/{dead.Id}/run";
        Assert.Equal(HttpStatusCode.Forbidden, (await other.Send(HttpMethod.Post, run)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await other.Http.GetAsync(new Uri("/v1/admin/jobs", UriKind.Relative))).StatusCode);
        var queue = Assert.Single((await operates.Get<JobQueues>("/v1/admin/jobs/queues")).Items, one => one.Queue == "test.chores");
        Assert.Equal((0, 0, 1), (queue.Due, queue.Running, queue.Dead));
        workshop.Works = true;
        await PrivatePostgres.Execute(workshop.Host.ConnectionString, "ALTER TABLE did DROP CONSTRAINT fit");
        Assert.Equal(HttpStatusCode.NoContent, (await operates.Send(HttpMethod.Post, run)).StatusCode);

        await workshop.Did(2);
        Assert.Empty(await workshop.Jobs(JobStates.Dead));
        await Person.Refused(await operates.Send(HttpMethod.Post, run), HttpStatusCode.Conflict, "jobs.done");
        await Person.Refused(await operates.Send(HttpMethod.Post, $"/v1/admin/jobs/{Guid.NewGuid()}/run"), HttpStatusCode.NotFound, "jobs.not_found");
        await Person.Refused(await operates.Http.GetAsync(new Uri("/v1/admin/jobs?state=lost", UriKind.Relative)), HttpStatusCode.BadRequest, "jobs.no_such_state");
    }

    [Fact]
    public async Task A_job_that_waits_and_is_cancelled_is_never_run_and_one_that_runs_is_told_to_stop()
    {
        await using var workshop = await Workshop.Start();
        var operates = await workshop.Operator();
        await workshop.Enqueue(new Chore("blocks"));
        await workshop.Began("blocks");
        await workshop.Enqueue(TimeProvider.System.GetUtcNow().AddHours(1), new Chore("later"), new Chore("taken back"));

        var (runs, waits) = (Assert.Single(await workshop.Jobs(JobStates.Running)), (await workshop.Jobs(JobStates.Waiting)).Single(job => job.Key == "later"));
        await Person.Refused(await operates.Send(HttpMethod.Post, $"/v1/admin/jobs/{runs.Id}/run"), HttpStatusCode.Conflict, "jobs.runs");
        foreach (var job in (JobView[])[waits, runs, waits, runs]) Assert.Equal(HttpStatusCode.NoContent, (await operates.Send(HttpMethod.Delete, $"/v1/admin/jobs/{job.Id}")).StatusCode);
        await workshop.Write(effects => effects.Cancel<Chore>("taken back"));

        await Eventually(async () => Assert.Equal(["blocks", "later", "taken back"], (await workshop.Jobs(JobStates.Cancelled)).Select(job => job.Key).Order(StringComparer.Ordinal)));
        await PrivatePostgres.Execute(workshop.Host.ConnectionString, "UPDATE jobs SET run_at = now() WHERE kind = 'test.chore'");
        await workshop.Enqueue(new Chore("after"));
        await workshop.Did(1);
        await Person.Refused(await operates.Send(HttpMethod.Delete, $"/v1/admin/jobs/{Guid.NewGuid()}"), HttpStatusCode.NotFound, "jobs.not_found");
    }

    [Fact]
    public async Task An_operator_reads_jobs_in_pages_both_ways()
    {
        await using var workshop = await Workshop.Start();
        var operates = await workshop.Operator();
        for (var i = 0; i < 25; i++) await workshop.Enqueue(TimeProvider.System.GetUtcNow().AddDays(1), new Chore($"{i}"));
        var all = (await workshop.Jobs(JobStates.Waiting)).Select(job => job.Id).ToList();

        var first = await operates.Get<Page<JobView>>("/v1/admin/jobs?state=waiting&queue=test.chores&limit=10");
        var second = await operates.Get<Page<JobView>>($"/v1/admin/jobs?state=waiting&queue=test.chores&limit=10&after={first.Next}");
        var back = await operates.Get<Page<JobView>>($"/v1/admin/jobs?state=waiting&queue=test.chores&limit=10&before={second.Previous}");

        Assert.Equal(all, all.OrderDescending());
        Assert.Equal(all[..10], first.Items.Select(job => job.Id));
        Assert.Equal(all[10..20], second.Items.Select(job => job.Id));
        Assert.Equal(first.Items, back.Items);
        Assert.Null(first.Previous);
    }

    [Fact]
    public async Task Whoever_waits_for_a_job_is_told_live_how_far_it_is()
    {
        await using var workshop = await Workshop.Start();
        var (alice, bob) = (await workshop.Host.Person("alice"), await workshop.Host.Person("bob"));
        await using var listening = await LiveClient.Subscribed(alice);
        await using var other = await LiveClient.Subscribed(bob);

        await workshop.Enqueue(new Export(alice.Id, "photos"));

        await Eventually(() =>
        {
            var told = listening.Events.Where(e => e.GetProperty("type").GetString() == "job.progress").Select(e => e.GetProperty("data")).ToList();
            Assert.Equal((1, 3), (told[0].GetProperty("done").GetInt64(), told[0].GetProperty("total").GetInt64()));
            Assert.Equal((3, "test.export", "photos"), (told[^1].GetProperty("done").GetInt64(), told[^1].GetProperty("kind").GetString(), told[^1].GetProperty("key").GetString()));
        });
        Assert.DoesNotContain(other.Events, e => e.GetProperty("type").GetString() == "job.progress");
    }

    [Fact]
    public async Task A_queue_whose_workers_are_busy_holds_no_other_up()
    {
        await using var workshop = await Workshop.Start(workers: 2);
        await workshop.Enqueue(new Chore("blocks"), new Chore("blocks too"), new Chore("behind them"));
        await workshop.Began("blocks");
        await workshop.Began("blocks too");

        await workshop.Enqueue(new Errand("in another queue"));
        await workshop.Did(1);
        Assert.Equal("behind them", Assert.Single(await workshop.Jobs(JobStates.Waiting)).Key);
        Assert.DoesNotContain("behind them", workshop.BegunKeys);
        workshop.Release("blocks");

        await workshop.Began("behind them");
        workshop.Release();
        await workshop.Did(4);
    }

    [Fact]
    public async Task A_job_waits_for_its_time_also_over_a_restart()
    {
        string connection;
        await using (var before = await Workshop.Start())
        {
            connection = before.Host.ConnectionString;
            await before.Enqueue(TimeProvider.System.GetUtcNow().AddHours(1), new Chore("in an hour"));
            await before.Enqueue(new Chore("now"));
            await before.Did(1);
        }

        await using var workshop = await Workshop.Start(connection: connection);
        await workshop.Enqueue(new Chore("again"));
        await workshop.Did(2);
        await PrivatePostgres.Execute(connection, "UPDATE jobs SET run_at = now() WHERE key = 'in an hour'");

        await workshop.Did(3);
    }

    [Fact]
    public async Task What_recurs_runs_once_for_all_the_times_that_have_passed_and_then_at_its_next()
    {
        await using var workshop = await Workshop.Start();
        var first = await workshop.Yearly();
        Assert.Equal(("test.yearly", "0 0 1 1 *", JobStates.Waiting), (first.Kind, first.Cron, first.State));
        Assert.Equal(TimeProvider.System.GetUtcNow().Year + 1, first.RunAt.Year);

        await PrivatePostgres.Execute(workshop.Host.ConnectionString, "UPDATE jobs SET run_at = now() - interval '3 years' WHERE kind = 'test.yearly'");

        await workshop.Did(1);
        await Eventually(async () => Assert.Equal((first.RunAt, 0, JobStates.Waiting), await workshop.Yearly() is var next ? (next.RunAt, next.Attempts, next.State) : default));
        Assert.Equal(["yearly 1"], await workshop.All());
        var operates = await workshop.Operator();
        Assert.Equal(HttpStatusCode.NoContent, (await operates.Send(HttpMethod.Delete, $"/v1/admin/jobs/{first.Id}")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await operates.Send(HttpMethod.Post, $"/v1/admin/jobs/{first.Id}/run")).StatusCode);
        await workshop.Did(2);
    }

    [Fact]
    public async Task A_silo_that_stops_ends_its_jobs_and_gives_back_what_takes_too_long()
    {
        string connection;
        await using (var before = await Workshop.Start(workers: 2))
        {
            connection = before.Host.ConnectionString;
            await before.Enqueue(new Chore("blocks"), new Chore("ends soon"), new Chore("behind them"));
            await before.Began("blocks");
            await before.Began("ends soon");
            var stop = before.Host.Stop();
            before.Release("ends soon");
            await stop;
            Assert.DoesNotContain("behind them", before.BegunKeys);
        }

        await using var workshop = await Workshop.Start(connection: connection);
        workshop.Release();

        await workshop.Did(3);
        Assert.All(await workshop.Jobs(JobStates.Done), job => Assert.Equal(1, job.Attempts));
    }

    [Fact]
    public async Task Connections_that_are_cut_again_and_again_lose_and_double_no_effect()
    {
        await using var workshop = await Workshop.Start(attempts: 100);
        var enqueued = 0;
        for (var round = 0; round < 20; round++)
        {
            await PrivatePostgres.Execute(
                workshop.Host.ConnectionString, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query NOT LIKE '%heartbeats%'");
            for (var i = 0; i < 10; i++)
            {
                if (await workshop.TryWrite(effects => effects.Enqueue(new Chore($"{enqueued}")))) enqueued++;
            }
        }

        Assert.True(enqueued > 100, $"{enqueued} jobs");
        await workshop.Did(enqueued, atLeast: true);
        await Eventually(async () => Assert.Equal(
            await FencedDatabase.Scalar<long>(workshop.Database, "SELECT count(*) FROM jobs WHERE kind = 'test.chore'"), await FencedDatabase.Scalar<long>(workshop.Database, "SELECT count(*) FROM did")));
    }

    [Fact]
    public async Task A_job_of_a_kind_that_this_version_does_not_know_waits_for_one_that_does()
    {
        await using var workshop = await Workshop.Start();
        await PrivatePostgres.Execute(
            workshop.Host.ConnectionString, "INSERT INTO jobs (id, kind, key, queue, data, run_at) VALUES (gen_random_uuid(), 'test.of-tomorrow', 'one', 'test.chores', '{}', now() - interval '1 day')");

        await workshop.Enqueue(new Chore("known"));

        await workshop.Did(1);
        Assert.Equal(0, Assert.Single(await workshop.Jobs(JobStates.Waiting)).Attempts);
    }

    private static async Task<T> Eventually<T>(Func<Task<T>> see)
    {
        var seen = default(T);
        await Waiting.Eventually(async () => seen = await see());
        return seen!;
    }

    private static Task Eventually(Func<Task> see) => Waiting.Eventually(see);

    private static Task Eventually(Action see) => Waiting.Eventually(see);
}

/// <summary>A job of a test.</summary>
[GenerateSerializer, Immutable, Alias("test.chore"), Queue("test.chores")]
internal sealed record Chore([property: Id(0)] string Text) : IJob
{
    string IJob.Key => Text;
}

/// <summary>One of another queue.</summary>
[GenerateSerializer, Immutable, Alias("test.errand"), Queue("test.errands")]
internal sealed record Errand([property: Id(0)] string Text) : IJob
{
    string IJob.Key => Text;
}

/// <summary>One that somebody waits for.</summary>
[GenerateSerializer, Immutable, Alias("test.export"), Queue("test.errands")]
internal sealed record Export([property: Id(0)] UserId For, [property: Id(1)] string What) : IPersonalJob
{
    string IJob.Key => What;
}

/// <summary>An application that runs the jobs of tests, each of which writes down that it was done.</summary>
internal sealed class Workshop : IAsyncDisposable
{
    private static readonly Statement<string> s_did = new("INSERT INTO did (text) SELECT * FROM unnest($1::text[])", columns => columns.Text(text => text));

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();
    private readonly ConcurrentQueue<string> _begun = new();
    private volatile bool _open;

    /// <summary>What failed does so no more.</summary>
    public volatile bool Works;

    public SocialHost Host { get; private set; } = null!;

    public Database Database => Host.Services.GetRequiredService<Database>();

    public GroupCommit Writer => Host.Services.GetRequiredService<GroupCommit>();

    public IReadOnlyCollection<string> BegunKeys => _begun;

    public static async Task<Workshop> Start(string? connection = null, int workers = 4, int attempts = 3, bool subscribes = false)
    {
        var workshop = new Workshop();
        workshop.Host = await SocialHost.Start(connection, app =>
        {
            app.Configuration["Social:Jobs:AttemptsMax"] = $"{attempts}";
            app.Configuration["Social:Jobs:WorkersMax"] = $"{workers}";
            app.Configuration["Social:Jobs:PollMilliseconds"] = "50";
            app.Configuration["Social:Jobs:RetrySeconds"] = "0";
            app.Configuration["Social:Jobs:DrainSecondsMax"] = "1";
            app.Services.OnJob<Chore>((_, job, run) => workshop.Do(job.Text, run)).OnJob<Errand>((_, job, run) => workshop.Do(job.Text, run));
            app.Services.OnJob<Export>((_, _, run) =>
            {
                for (var i = 1; i <= 3; i++) run.Progress(i, 3);
                return Task.CompletedTask;
            });
            app.Services.Recurring("test.yearly", "0 0 1 1 *", (_, run) => workshop.Do($"yearly {run.Attempt}", run), "test.chores");
            app.Services.AddSingleton(new EventAssembly(typeof(Said).Assembly));
            if (subscribes)
                app.Services.AddSingleton(new Subscription("test.enqueuer").On<Said>((said, _, effects) =>
                {
                    effects.Enqueue(new Chore($"said {said.Text}"));
                    return ValueTask.CompletedTask;
                }));
        });
        await PrivatePostgres.Execute(workshop.Host.ConnectionString, "CREATE TABLE IF NOT EXISTS did (text text NOT NULL)"); // without a key: what is doubled is to show
        return workshop;
    }

    public async Task<Person> Operator()
    {
        var operates = await Host.Person("operator");
        Host.Services.GetRequiredService<IOptions<AdminOptions>>().Value.Handles = operates.Handle;
        return operates;
    }

    public Task Enqueue(params IJob[] jobs) => Write(effects => Array.ForEach(jobs, job => effects.Enqueue(job)));

    public Task Enqueue(DateTimeOffset at, params IJob[] jobs) => Write(effects => Array.ForEach(jobs, job => effects.Enqueue(job, at)));

    public async Task Write(Action<Effects> add) => Assert.True(await TryWrite(add));

    public Task<bool> TryWrite(Action<Effects> add)
    {
        var effects = new Effects();
        add(effects);
        return Writer.TryStore(effects);
    }

    public Task Began(string key) => Waiting.Eventually(() => Assert.Contains(key, _begun));

    /// <summary>Lets one that blocks go on, or all of them from now on.</summary>
    public void Release(string? key = null)
    {
        if (key is not null)
        {
            Gate(key).TrySetResult();
            return;
        }

        _open = true;
        foreach (var gate in _gates.Values) gate.TrySetResult();
    }

    public Task Did(int count, bool atLeast = false) => Waiting.Eventually(async () =>
    {
        var did = await FencedDatabase.Scalar<long>(Database, "SELECT count(*) FROM did");
        if (atLeast) Assert.True(did >= count, $"{did} of {count}");
        else Assert.Equal(count, did);
    });

    public Task<List<string>> All() => Database.All("SELECT text FROM did", [], row => row.GetString(0));

    /// <summary>The jobs of tests in a state, but for what recurs.</summary>
    public async Task<IReadOnlyList<JobView>> Jobs(string state) => [.. (await List(state)).Where(job => job.Cron is null)];

    /// <summary>What recurs.</summary>
    public async Task<JobView> Yearly() => Assert.Single(await List(null), job => job.Cron is not null);

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    private async Task<IEnumerable<JobView>> List(string? state)
    {
        Assert.True(PageAsk.Of(null, null, PageAsk.LimitMax).TryGet(out var ask, out _));
        Assert.True((await Host.Grains.GetGrain<IJobsGrain>(0).List(UserId.From(Guid.NewGuid()), state, null, ask)).TryGet(out var page, out _));
        return page.Items.Where(job => job.Kind.StartsWith("test.", StringComparison.Ordinal));
    }

    private TaskCompletionSource Gate(string key) => _gates.GetOrAdd(key, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task Do(string text, JobRun run)
    {
        _begun.Enqueue(text);
        if (text == "fails" && !Works) throw new InvalidOperationException("This chore cannot be done.");
        if ((text.StartsWith("blocks", StringComparison.Ordinal) || text == "ends soon") && !_open) await Gate(text).Task.WaitAsync(run.Cancelled);
        run.Effects.Add(s_did, text);
    }
}
