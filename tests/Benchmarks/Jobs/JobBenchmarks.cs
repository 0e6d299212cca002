using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OrleansSocial.Benchmarks.Events;
using OrleansSocial.Kernel;
using Support;

namespace OrleansSocial.Benchmarks.Jobs;

/// <summary>How many jobs a second are enqueued and run, each with a row as its effect, beside Hangfire over the same PostgreSQL.</summary>
internal static class JobBenchmarks
{
    private const int Enqueuers = 8;
    private static readonly Statement<Guid> s_heard = new("INSERT INTO heard (id) SELECT * FROM unnest($1::uuid[])", columns => columns.Uuid(id => id));

    /// <summary>Prints medians. Options: <c>--rounds N</c> (5), <c>--jobs N</c> of each round (2000), <c>--workers N</c> (8). With <c>--kills N</c> a silo is killed so often instead, and no effect may be lost or doubled.</summary>
    public static async Task Run(string[] options)
    {
        if (options is ["--serve", var served, var writes]) await Serve(served, bool.Parse(writes));
        if (options is ["--kills", var kills])
        {
            await KilledSilo.Run(int.Parse(kills, CultureInfo.InvariantCulture), new("jobs", "jobs WHERE kind = 'bench.job'", "jobs WHERE state = 'dead'"));
            return;
        }

        var (rounds, jobs, workers) = (options.Number("--rounds", 5), options.Number("--jobs", 2000), options.Number("--workers", 8));
        var (ours, hangfire) = (new List<JobRates>(), new List<JobRates>());
        await using var postgres = await BenchmarkPostgres.Start();
        for (var round = 0; round < rounds; round++)
        {
            ours.Add(await Ours(await postgres.CreateDatabase(), jobs, workers));
            hangfire.Add(await HangfireJobs.Measure(await postgres.CreateDatabase(), jobs, workers, Enqueuers));
        }

        Console.WriteLine($"Median of {rounds} rounds of {jobs} jobs, {Enqueuers} at once that enqueue, {workers} workers, each job with a row as its effect.\n");
        Console.WriteLine("| Jobs a second | enqueued | enqueued and run |\n|---|---|---|");
        Print("the table `jobs`", ours);
        Print("Hangfire.PostgreSql", hangfire);
    }

    private static void Print(string name, List<JobRates> rates) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"| {name} | {Median(rates.Select(one => one.Enqueued)):0} | {Median(rates.Select(one => one.Run)):0} |"));

    private static double Median(IEnumerable<double> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;

    private static async Task<JobRates> Ours(string connection, int jobs, int workers)
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
