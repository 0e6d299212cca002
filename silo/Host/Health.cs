using Npgsql;
using OrleansSocial.Kernel;
using OrleansSocial.Membership;

namespace OrleansSocial.Host;

/// <summary>Whether the process lives, and whether it should be sent requests.</summary>
internal static class Health
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);
    private static readonly string[] s_methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps <c>/health/live</c> (the process answers) and <c>/health/ready</c> (everything has started, the database answers, nothing is draining, other silos answer if there are any; at a node without grains: a silo answers).</summary>
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/health").Public().ExcludeFromDescription();
        health.MapMethods("/live", s_methods, () => new Report("alive", null));
        health.MapMethods("/ready", s_methods, async (HttpContext context) =>
            await Fault(context.RequestServices, context.RequestAborted) is { } fault
                ? Results.Json(new Report("not ready", fault), statusCode: StatusCodes.Status503ServiceUnavailable)
                : Results.Ok(new Report("ready", null)));
        health.AddEndpointFilter(async (context, next) =>
        {
            context.HttpContext.Response.Headers.CacheControl = "no-store";
            return await next(context);
        });
    }

    private static async Task<string?> Fault(IServiceProvider node, CancellationToken aborted)
    {
        if (node.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested)
        {
            return "stopping";
        }

        if (node.GetRequiredService<Doors>().Reason is { } reason) return reason;
        if (node.GetService<Peers>() is { AreSilent: true }) return "no other silo answers";

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        patience.CancelAfter(s_patience);
        return node.GetService<Database>() is { } database ? await FaultOfDatabase(database, patience.Token)
            : await FaultOfCluster(node.GetRequiredService<IGrainFactory>(), patience.Token);
    }

    private static async Task<string?> FaultOfCluster(IGrainFactory grains, CancellationToken patience)
    {
        try
        {
            // Who knows nothing yet is answered at once.
            await grains.GetGrain<INewsGrain>(0).After(News.Nothing).WaitAsync(patience);
            return null;
        }
        catch (Exception fault) when (fault is OperationCanceledException or OrleansException or TimeoutException)
        {
            return "no silo answers";
        }
    }

    private static async Task<string?> FaultOfDatabase(Database database, CancellationToken patience)
    {
        try
        {
            return await database.Use(Ask, patience);
        }
        catch (Exception fault) when (fault is DatabaseUnavailableException or OperationCanceledException or NpgsqlException)
        {
            return "the database does not answer";
        }
    }

    private static async Task<string?> Ask(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        await command.ExecuteScalarAsync(cancellation);
        return null;
    }

    private sealed record Report(string Status, string? Reason);
}
