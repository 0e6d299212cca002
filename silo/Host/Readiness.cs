using Npgsql;
using OrleansSocial.Kernel;
using OrleansSocial.Membership;

namespace OrleansSocial.Host;

/// <summary>What this node needs so that it can serve requests, and whether it has it.</summary>
/// <remarks>Invariant: however many ask, the database or the cluster is asked once at a time and a few times a second.</remarks>
internal sealed class Readiness(IServiceProvider node)
{
    /// <summary>The state of a part that is as it should be.</summary>
    public const string Ready = "ready";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_goodFor = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private Task<string>? _answer;
    private long _askedAt;

    /// <summary>Each part with its state, in the order in which they are looked at.</summary>
    public async Task<IReadOnlyList<Part>> Parts()
    {
        var stops = node.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested;
        var process = stops ? "stopping" : node.GetRequiredService<Doors>().Reason ?? Ready;
        if (node.GetService<Database>() is { } database)
        {
            var cluster = node.GetService<Peers>() is { AreSilent: true } ? "no other silo answers" : Ready;
            return [new("process", process), new("cluster", cluster), new("database", stops ? "not asked" : await Once(() => Ask(database)))];
        }

        // Grains may be asked once the client of this node has started.
        return [new("process", process), new("cluster", process == Ready ? await Once(() => Ask(node.GetRequiredService<IGrainFactory>())) : "not asked")];
    }

    private Task<string> Once(Func<Task<string>> ask)
    {
        lock (_gate)
        {
            if (_answer is { } answer && (!answer.IsCompleted || TimeProvider.System.GetElapsedTime(_askedAt) < s_goodFor)) return answer;
            _askedAt = TimeProvider.System.GetTimestamp();
            return _answer = ask();
        }
    }

    private static async Task<string> Ask(IGrainFactory grains)
    {
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            // Who knows nothing yet is answered at once.
            await grains.GetGrain<INewsGrain>(0).After(News.Nothing).WaitAsync(patience.Token);
            return Ready;
        }
        catch (Exception fault) when (fault is OperationCanceledException or OrleansException or TimeoutException)
        {
            return "no silo answers";
        }
    }

    private static async Task<string> Ask(Database database)
    {
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            return await database.Use(Ask, patience.Token);
        }
        catch (Exception fault) when (fault is DatabaseUnavailableException or OperationCanceledException or NpgsqlException or ObjectDisposedException)
        {
            return "the database does not answer";
        }
    }

    private static async Task<string> Ask(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        await command.ExecuteScalarAsync(cancellation);
        return Ready;
    }

    /// <summary>One thing that a node needs.</summary>
    /// <param name="Name">What it is.</param>
    /// <param name="State"><see cref="Ready"/>, or what is wrong.</param>
    public sealed record Part(string Name, string State);
}
