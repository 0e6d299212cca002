using Hangfire;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Npgsql;
using Support;

namespace OrleansSocial.Benchmarks.Jobs;

/// <summary>The same jobs by Hangfire, with long polling and sliding invisibility: its settings that are fastest and survive a kill.</summary>
/// <remarks>The effect is bound to a key in its own transaction, for Hangfire knows no key and runs a job again after a kill.</remarks>
internal static class HangfireJobs
{
    private static NpgsqlDataSource? s_source;

    /// <summary>Enqueues and runs them.</summary>
    public static async Task<JobRates> Measure(string connection, int jobs, int workers, int enqueuers)
    {
        await PrivatePostgres.Execute(connection, "CREATE TABLE heard (id uuid PRIMARY KEY)");
        await using var source = s_source = NpgsqlDataSource.Create(connection);
        var settings = new PostgreSqlStorageOptions { EnableLongPolling = true, QueuePollInterval = TimeSpan.FromMilliseconds(200), UseSlidingInvisibilityTimeout = true, InvisibilityTimeout = TimeSpan.FromSeconds(30) };
        var storage = new PostgreSqlStorage(new NpgsqlConnectionFactory(connection, settings), settings);
        var client = new BackgroundJobClient(storage);
        var server = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = workers }, storage);
        var rates = await JobRates.Measure(connection, jobs, enqueuers, () =>
        {
            var id = Guid.CreateVersion7();
            client.Enqueue(() => Run(id));
            return Task.CompletedTask;
        });

        // Disposing of it was seen to wait for ever.
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        server.SendStop();
        await server.WaitForShutdownAsync(enough.Token);
        return rates;
    }

    /// <summary>One job.</summary>
    public static async Task Run(Guid id)
    {
        await using var heard = s_source!.CreateCommand("INSERT INTO heard (id) VALUES ($1) ON CONFLICT DO NOTHING");
        heard.Parameters.AddWithValue(id);
        await heard.ExecuteNonQueryAsync();
    }
}
