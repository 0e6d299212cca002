using OrleansSocial.Kernel;

namespace OrleansSocial.Host;

/// <summary>Whether the process lives, and whether it should be sent requests.</summary>
internal static class Health
{
    private static readonly string[] s_methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps <c>/health/live</c> (the process answers) and <c>/health/ready</c> (everything has started, the database answers, nothing is draining, other silos answer if there are any; at a node without grains: a silo answers).</summary>
    /// <remarks>Each part that is asked has its state in the answer; the reason is that of the first which is not ready.</remarks>
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/health").Public().Unlimited().ExcludeFromDescription();
        health.MapMethods("/live", s_methods, () => new Liveness("alive"));
        health.MapMethods("/ready", s_methods, async (Readiness readiness) =>
        {
            var parts = await readiness.Parts();
            var fault = parts.FirstOrDefault(part => part.State != Readiness.Ready);
            var report = new Report(fault is null ? Readiness.Ready : "not ready", fault?.State, parts);
            return Results.Json(report, SocialJson.Options, statusCode: fault is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        });
        health.AddEndpointFilter(async (context, next) =>
        {
            context.HttpContext.Response.Headers.CacheControl = "no-store";
            return await next(context);
        });
    }

    private sealed record Liveness(string Status);

    private sealed record Report(string Status, string? Reason, IReadOnlyList<Readiness.Part> Parts);
}
