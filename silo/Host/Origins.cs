using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using OrleansSocial.Kernel;

namespace OrleansSocial.Host;

/// <summary>Which other origins' pages may call the API, and how.</summary>
/// <remarks>
/// Nothing here is done on the strength of a cookie, so pages are not let send any; but for the hub, where the official client
/// always asks to, and does not connect when it may not.
/// </remarks>
internal sealed class Origins(IOptions<EdgeOptions> edge) : ICorsPolicyProvider
{
    private static readonly TimeSpan s_remembered = TimeSpan.FromMinutes(10);

    private readonly CorsPolicy _usual = Policy(edge.Value).Build();
    private readonly CorsPolicy _hub = Policy(edge.Value).AllowCredentials().Build();

    /// <inheritdoc/>
    public Task<CorsPolicy?> GetPolicyAsync(HttpContext context, string? policyName) =>
        Task.FromResult<CorsPolicy?>(context.Request.Path.StartsWithSegments(LivePaths.Hub) ? _hub : _usual);

    /// <summary>Says that an answer may differ by the origin that asks, to caches on the way.</summary>
    public static void Vary(IHeaderDictionary headers)
    {
        if (!headers.GetCommaSeparatedValues(HeaderNames.Vary).Contains(HeaderNames.Origin, StringComparer.OrdinalIgnoreCase)) headers.Append(HeaderNames.Vary, HeaderNames.Origin);
    }

    private static CorsPolicyBuilder Policy(EdgeOptions edge) => new CorsPolicyBuilder()
        .WithOrigins(edge.Origins.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .WithMethods("GET", "POST", "PUT", "PATCH", "DELETE")
        .WithHeaders("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "Last-Event-ID", "X-Requested-With", "X-SignalR-User-Agent")
        .WithExposedHeaders("ETag", "Location", "Content-Location", "Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
        .SetPreflightMaxAge(s_remembered);
}

/// <summary>Registers them.</summary>
internal static class OriginsRegistration
{
    /// <summary>Lets the pages of named origins call the API.</summary>
    public static void AddOrigins(this WebApplicationBuilder builder)
    {
        builder.Services.AddCors();
        builder.Services.AddSingleton<ICorsPolicyProvider, Origins>();
    }
}
