using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OrleansSocial.RateLimits;

/// <summary>Charges every limited route before its body is read.</summary>
public static partial class RateLimitsEdge
{
    /// <summary>Registers the gate.</summary>
    public static IServiceCollection AddRateLimitsEdge(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<RateLimitsOptions>, RateLimitsOptionsCheck>();
        services.AddSingleton<RateGate>();
        services.AddSingleton<IRateGate>(s => s.GetRequiredService<RateGate>());
        return services;
    }

    /// <summary>Takes the caller's address, the scheme and, where that is asked for, the host from trusted proxies. Stands before everything that looks at them.</summary>
    public static IApplicationBuilder UseTrustedProxies(this IApplicationBuilder app)
    {
        var options = app.ApplicationServices.GetRequiredService<IOptions<RateLimitsOptions>>().Value;
        if (options.TrustedProxies.Count > 0) app.UseForwardedHeaders(Forwarded(options));

        var (log, warned) = (app.ApplicationServices.GetRequiredService<ILogger<RateGate>>(), 0);
        return app.Use((context, next) =>
        {
            // What a trusted proxy says was moved to another header.
            if (context.Request.Headers.ContainsKey(ForwardedHeadersDefaults.XForwardedForHeaderName) && !context.Request.Headers.ContainsKey(ForwardedHeadersDefaults.XOriginalForHeaderName)
                && Interlocked.Exchange(ref warned, 1) == 0)
                LogUntrusted(log, context.Connection.RemoteIpAddress);
            return next(context);
        });
    }

    private static ForwardedHeadersOptions Forwarded(RateLimitsOptions options)
    {
        // Read from the right and only as far as hops are trusted, so that what a client writes itself is never believed.
        var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        if (options.TrustsForwardedHost) forwarded.ForwardedHeaders |= ForwardedHeaders.XForwardedHost;
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var network in options.TrustedProxies) forwarded.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(network));
        return forwarded;
    }

    /// <summary>Charges limited routes. Stands after authentication, which tells people apart, and before authorization, so that forged tokens are limited by address.</summary>
    public static IApplicationBuilder UseRateGate(this IApplicationBuilder app)
    {
        var gate = app.ApplicationServices.GetRequiredService<RateGate>();
        return app.Use(async (context, next) =>
        {
            if (context.GetEndpoint()?.Metadata.GetMetadata<RateMetadata>() is { } limited)
            {
                var key = RateKey.Of(limited.Rate, context);
                var verdict = await gate.Charge(key, context.RequestAborted);
                Tell(context, verdict);
                if (verdict.Refusal is { } refusal)
                {
                    await Problems.Write(context, refusal);
                    return;
                }
            }

            await next(context);
        });
    }

    /// <summary>Charges the route by a name as well, such as that of an account, so that one cannot be guessed at from many addresses.</summary>
    /// <param name="route">The route.</param>
    /// <param name="rate">The class of the bucket of each name.</param>
    /// <param name="name">The name in its one form; null is not charged.</param>
    public static RouteHandlerBuilder LimitedByName<TBody>(this RouteHandlerBuilder route, Rate rate, Func<TBody, string?> name)
        where TBody : class
        => route.Refuses(RateRefusals.TooMany).AddEndpointFilter(async (context, next) =>
        {
            var body = context.Arguments.OfType<TBody>().FirstOrDefault();
            if (body is null || name(body) is not { } named) return await next(context);

            var http = context.HttpContext;
            var gate = http.RequestServices.GetRequiredService<RateGate>();
            var verdict = await gate.Charge(RateKey.Of(rate, named), http.RequestAborted);
            if (verdict.Refusal is not { } refusal) return await next(context);
            Tell(http, verdict);
            return Problems.Of(refusal);
        });

    /// <summary>Charges the route further for the things that a request names, such as people: see <see cref="Rate.TokensFor"/>.</summary>
    /// <param name="route">The route, which is limited.</param>
    /// <param name="things">How many a part of the request names.</param>
    public static RouteHandlerBuilder LimitedByWork<TPart>(this RouteHandlerBuilder route, Func<TPart, int> things)
        where TPart : class
        => route.AddEndpointFilter((context, next) => Charge(context.Arguments.OfType<TPart>().FirstOrDefault() is { } part ? things(part) : 0, context, next));

    /// <summary>Charges the route further for the things that a request is about, which its thing knows, such as those who are told: see <see cref="Rate.TokensFor"/>.</summary>
    /// <param name="route">The route, which is limited, with the thing's id, the caller and the grains among the parameters of its handler.</param>
    /// <param name="things">How many they are.</param>
    public static RouteHandlerBuilder LimitedByWork<TId>(this RouteHandlerBuilder route, Func<TId, Caller, IGrainFactory, Task<int>> things)
        where TId : struct
        => route.AddEndpointFilter(async (context, next) =>
        {
            var arguments = context.Arguments;
            return await Charge(await things(arguments.OfType<TId>().Single(), arguments.OfType<Caller>().Single(), arguments.OfType<IGrainFactory>().Single()), context, next);
        });

    /// <summary>Charges for things beside the request itself, and goes on where there are tokens for them.</summary>
    private static async ValueTask<object?> Charge(int things, EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (Rate.TokensFor(things) - 1 is not (> 0 and var more)) return await next(context);

        var http = context.HttpContext;
        var rate = http.GetEndpoint()!.Metadata.GetRequiredMetadata<RateMetadata>().Rate;
        var verdict = await http.RequestServices.GetRequiredService<RateGate>().Charge(RateKey.Of(rate, http), more, http.RequestAborted);
        Tell(http, verdict);
        return verdict.Refusal is { } refusal ? Problems.Of(refusal) : await next(context);
    }

    // The last verdict, when the answer starts: what handles a fault clears the headers that were set until then.
    private static void Tell(HttpContext context, RateVerdict verdict)
    {
        var isFirst = !context.Items.ContainsKey(typeof(RateVerdict));
        context.Items[typeof(RateVerdict)] = verdict;
        if (isFirst) context.Response.OnStarting(static state => Tell((HttpContext)state), context);
    }

    private static Task Tell(HttpContext context)
    {
        var (headers, verdict) = (context.Response.Headers, (RateVerdict)context.Items[typeof(RateVerdict)]!);
        headers["RateLimit-Limit"] = verdict.Limit.ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Remaining"] = verdict.Remaining.ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Reset"] = Math.Ceiling(verdict.ResetSeconds).ToString(CultureInfo.InvariantCulture);
        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Address} sends X-Forwarded-For and is not one of Social:RateLimits:TrustedProxies: it is not believed, and all who come through it share the limits of one address. This is told once")]
    private static partial void LogUntrusted(ILogger log, System.Net.IPAddress? address);
}
