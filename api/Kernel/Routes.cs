using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace OrleansSocial.Kernel;

/// <summary>The rate classes. Their limits are options of the RateLimits slice.</summary>
public enum Rate
{
    /// <summary>Opening accounts.</summary>
    Register,

    /// <summary>Signing in; also limited by the name that is tried.</summary>
    Login,

    /// <summary>Exchanging refresh tokens and signing out.</summary>
    Refresh,

    /// <summary>Sending and changing messages.</summary>
    Messages,

    /// <summary>Every other change.</summary>
    Writes,

    /// <summary>Reading.</summary>
    Reads,

    /// <summary>Opening live connections, and notices such as typing.</summary>
    Live,
}

/// <summary>What a route says of itself; the route table test demands each part.</summary>
public sealed record RateMetadata(Rate Rate);

/// <summary>The route needs a valid access token.</summary>
public sealed record SignedMetadata;

/// <summary>The route is open to everyone.</summary>
public sealed record PublicMetadata;

/// <summary>The route makes something: answers 201 and takes <c>Idempotency-Key</c>.</summary>
public sealed record CreatesMetadata;

/// <summary>The codes with which the route may refuse, for the documentation and the golden route table.</summary>
public sealed record RefusesMetadata(IReadOnlyList<string> Codes);

/// <summary>The route's answer is public and carries an entity tag.</summary>
public sealed record TaggedMetadata(Func<object, string> Tag);

/// <summary>Routes declare, bodies do: the declarations.</summary>
public static class Routes
{
    /// <summary>The group under which every route of this version stands: outcomes become responses, problems are documented.</summary>
    public static RouteGroupBuilder MapV1(this IEndpointRouteBuilder app)
    {
        var v1 = app.MapGroup("/v1");
        v1.AddEndpointFilter<OutcomeFilter>();
        ((IEndpointConventionBuilder)v1).Finally(OutcomeFilter.Describe);
        return v1;
    }

    /// <summary>Only for callers with a valid access token.</summary>
    public static TBuilder Signed<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder
        => route.RequireAuthorization().WithMetadata(new SignedMetadata());

    /// <summary>For everyone.</summary>
    public static TBuilder Public<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder
        => route.AllowAnonymous().WithMetadata(new PublicMetadata());

    /// <summary>Charged to the buckets of this rate class.</summary>
    public static TBuilder Limited<TBuilder>(this TBuilder route, Rate rate)
        where TBuilder : IEndpointConventionBuilder
        => route.WithMetadata(new RateMetadata(rate));

    /// <summary>Makes something: 201, and the same <c>Idempotency-Key</c> makes it once.</summary>
    public static TBuilder Creates<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder
        => route.WithMetadata(new CreatesMetadata());

    /// <summary>The refusals of this route beside those that every route has.</summary>
    public static TBuilder Refuses<TBuilder>(this TBuilder route, params Refusal[] refusals)
        where TBuilder : IEndpointConventionBuilder
        => route.WithMetadata(new RefusesMetadata([.. refusals.Select(r => r.Code)]));

    /// <summary>The answer is public: it carries an entity tag, and <c>If-None-Match</c> gets 304.</summary>
    public static TBuilder Tagged<TBuilder, T>(this TBuilder route, Func<T, string> tag)
        where TBuilder : IEndpointConventionBuilder
        where T : class
        => route.WithMetadata(new TaggedMetadata(value => tag((T)value)));

    /// <summary>The largest body that the route takes, in bytes.</summary>
    public static TBuilder BodyBytesMax<TBuilder>(this TBuilder route, long bytes)
        where TBuilder : IEndpointConventionBuilder
        => route.WithMetadata(new BodyLimit(bytes));

    private sealed record BodyLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
}
