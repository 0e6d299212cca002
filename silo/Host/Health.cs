using Npgsql;
using OrleansSocial.Kernel;

namespace OrleansSocial.Host;

/// <summary>Whether the process lives, and whether it should be sent requests.</summary>
internal static class Health
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Maps <c>/health/live</c> (the process answers) and <c>/health/ready</c> (the database answers, the lease is held, nothing is draining).</summary>
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/health").Public().ExcludeFromDescription();
        health.MapGet("/live", () => new Report("alive", null));
        health.MapGet("/ready", async (Database database, WriteFence fence, IHostApplicationLifetime process, HttpContext context) =>
            await Fault(database, fence, process, context.RequestAborted) is { } fault
                ? Results.Json(new Report("not ready", fault), statusCode: StatusCodes.Status503ServiceUnavailable)
                : Results.Ok(new Report("ready", null)));
        health.AddEndpointFilter(async (context, next) =>
        {
            context.HttpContext.Response.Headers.CacheControl = "no-store";
            return await next(context);
        });
    }

    private static async Task<string?> Fault(Database database, WriteFence fence, IHostApplicationLifetime process, CancellationToken aborted)
    {
        if (process.ApplicationStopping.IsCancellationRequested)
        {
            return "stopping";
        }

        if (!fence.Held)
        {
            return "the lease is not held";
        }

        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(aborted);
            patience.CancelAfter(Patience);
            return await database.Use(Ask, patience.Token);
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
