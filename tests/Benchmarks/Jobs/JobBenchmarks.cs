using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OrleansSocial.Benchmarks.Command;
using OrleansSocial.Benchmarks.Events;
using OrleansSocial.Benchmarks.Load;
using OrleansSocial.Benchmarks.Report;
using OrleansSocial.Kernel;
using Support;

namespace OrleansSocial.Benchmarks.Jobs;

/// <summary>How many jobs a second are enqueued and run, each with a row as its effect, beside Hangfire over the same PostgreSQL.</summary>
internal static class JobBenchmarks
{
    private const int Enqueuers = 8;
    private const int Workers = 8;
    private static readonly Statement<Guid> s_heard = new("INSERT INTO heard (id) SELECT * FROM unnest($1::uuid[])", columns => columns.Uuid(id => id));

    /// <summary>Runs it.</summary>
    public static async Task Run(Bench bench)
    {
        var settings = bench.Settings;
        if (settings.Kills is { } kills)
        {
            await KilledSilo.Run(bench, kills, new("jobs", "jobs WHERE kind = 'bench.job'", "jobs WHERE state = 'dead'"));
            return;
        }

        const string Ours = "the table `jobs`";
        const string Theirs = "Hangfire.PostgreSql";
        var jobs = settings.Size(2000, 100);
        var section = bench.Section("Jobs", $"{jobs} jobs, each with a row as its effect, enqueued by {Enqueuers} at once and run by {Workers} workers of one silo; the same by Hangfire over the same PostgreSQL, with long polling and sliding invisibility, its fastest settings that survive a kill.", Ours, Theirs);
        await using var postgres = await BenchmarkPostgres.Start();
        bench.Steps(settings.Rounds * 2);
        for (var round = 0; round < settings.Rounds; round++)
        {
            bench.Step(Theirs, round);
            Add(section, Theirs, await HangfireJobs.Measure(await postgres.CreateDatabase(), jobs, Workers, Enqueuers));
            bench.Step(Ours, round);
            Add(section, Ours, await Measure(await postgres.CreateDatabase(), jobs, Workers));
        }
    }

    /// <summary>The silo that is killed.</summary>
    public static async Task Serve(string[] options) => await Serve(options[0], bool.Parse(options[1]));

    private static void Add(Section section, string side, JobRates rates)
    {
        section.Add("Each with an effect", "enqueued", "jobs a second", Better.Higher, side, rates.Enqueued);
        section.Add("Each with an effect", "enqueued and run", "jobs a second", Better.Higher, side, rates.Run);
    }

    private static async Task<JobRates> Measure(string connection, int jobs, int workers)
    {
        await PrivatePostgres.Execute(connection, KilledSilo.Effects);
        await using var app = await Start(connection, workers);
        var writer = app.Services.GetRequiredService<GroupCommit>();
        var rates = await JobRates.Measure(connection, jobs, Enqueuers, () => Enqueue(writer));
        await app.StopAsync();
        return rates;
    }

    private static async Task Serve(string connection, bool writes)
    {
        await using var app = await Start(connection, 8);
        var writer = app.Services.GetRequiredService<GroupCommit>();
        await KilledSilo.Serve(async () => await Enqueue(writer) is { } id ? [id] : [], writes);
    }

    private static async Task<Guid?> Enqueue(GroupCommit writer)
    {
        var (job, effects) = (new BenchmarkJob(Guid.CreateVersion7()), new Effects());
        effects.Enqueue(job);
        return await writer.TryStore(effects) ? job.Id : null;
    }

    private static Task<WebApplication> Start(string connection, int workers) => EventBenchmarks.Start(connection, null, services: services =>
    {
        services.Configure<JobOptions>(options => options.WorkersMax = workers);
        services.OnJob<BenchmarkJob>((_, job, run) =>
        {
            run.Effects.Add(s_heard, job.Id);
            return Task.CompletedTask;
        });
    });
}

/// <summary>Jobs a second.</summary>
/// <param name="Enqueued">That were enqueued.</param>
/// <param name="Run">That were enqueued and have run, from the first that was enqueued to the last that has run.</param>
internal sealed record JobRates(double Enqueued, double Run)
{
    private const int WarmUp = 200;

    /// <summary>Enqueues jobs, several at once, and waits until all have had their effect; before that some that do not count.</summary>
    public static async Task<JobRates> Measure(string connection, int jobs, int enqueuers, Func<Task> enqueue)
    {
        await Make(connection, WarmUp, enqueuers, enqueue, WarmUp);
        return await Make(connection, jobs, enqueuers, enqueue, WarmUp + jobs);
    }

    private static async Task<JobRates> Make(string connection, int jobs, int enqueuers, Func<Task> enqueue, int until)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        await using var count = source.CreateCommand("SELECT count(*) FROM heard");
        var (clock, since) = (TimeProvider.System, TimeProvider.System.GetTimestamp());
        await Parallel.ForAsync(0, jobs, new ParallelOptions { MaxDegreeOfParallelism = enqueuers }, async (_, _) => await enqueue());
        var enqueued = clock.GetElapsedTime(since);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while ((long)(await count.ExecuteScalarAsync())! < until) await pause.WaitForNextTickAsync();
        return new(jobs / enqueued.TotalSeconds, jobs / clock.GetElapsedTime(since).TotalSeconds);
    }
}

/// <summary>A job whose effect is a row.</summary>
[GenerateSerializer, Immutable, Alias("bench.job"), Queue("bench")]
internal sealed record BenchmarkJob([property: Id(0)] Guid Id) : IJob
{
    string IJob.Key => Id.ToString();
}
