using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace OrleansSocial.Kernel;

/// <summary>What a route says of itself; the route table test demands each part.</summary>
public sealed record RateMetadata(Rate Rate);

/// <summary>The route needs a valid access token.</summary>
public sealed record SignedMetadata;

/// <summary>The route costs next to nothing: what it answers was made before, or is asked for once for all.</summary>
public sealed record UnlimitedMetadata;

/// <summary>The route is for operators.</summary>
public sealed record AdminMetadata;

/// <summary>The route is open to everyone.</summary>
public sealed record PublicMetadata;

/// <summary>The route makes something: answers 201 with its <c>Location</c>, and 200 where a creation finds the thing that it was to make (<see cref="IMade"/>).</summary>
/// <param name="KeyKept">Where the <c>Idempotency-Key</c> under which it was made is kept for ever; null when it takes none.</param>
/// <param name="Thing">What the route answers with.</param>
/// <param name="Location">The path at which the thing is read.</param>
public sealed record CreatesMetadata(string? KeyKept, Type Thing, Func<object, string> Location);

/// <summary>Whether the edge runs the route again when a silo goes away under way.</summary>
/// <param name="When">In a word, for the golden route table.</param>
/// <param name="Applies">Whether it does for a request.</param>
public sealed record RepeatMetadata(string When, Func<EndpointFilterInvocationContext, bool> Applies);

/// <summary>What the route may refuse with beside what every route has, in the order of checking.</summary>
public sealed record RefusesMetadata(IReadOnlyList<Refusal> Refusals);

/// <summary>The route's answer carries an entity tag.</summary>
public sealed record TaggedMetadata(Func<object, string> Tag);

/// <summary>Routes declare, bodies do: the declarations.</summary>
public static class Routes
{
    /// <summary>The policy that lets operators pass.</summary>
    public const string AdminPolicy = "admin";

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

    /// <summary>Only for operators with a valid access token.</summary>
    public static TBuilder Admin<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder
        => route.Signed().RequireAuthorization(AdminPolicy).WithMetadata(new AdminMetadata());

    /// <summary>For everyone.</summary>
    public static TBuilder Public<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder
        => route.AllowAnonymous().WithMetadata(new PublicMetadata());

    /// <summary>Charged to nobody: bytes that were made at the start, or an answer that all who ask share.</summary>
    public static TBuilder Unlimited<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder
        => route.WithMetadata(new UnlimitedMetadata());

    /// <summary>Charged to the buckets of this rate class.</summary>
    public static TBuilder Limited<TBuilder>(this TBuilder route, Rate rate)
        where TBuilder : IEndpointConventionBuilder
        => route.WithMetadata(new RateMetadata(rate));

    /// <summary>Makes something: 201 with its <c>Location</c>. A handler that answers with <see cref="Made{T}"/> tells what was there before, which is 200 with its <c>Content-Location</c> too.</summary>
    /// <param name="route">The route.</param>
    /// <param name="keyKept">Where an <c>Idempotency-Key</c> is kept for ever, so that the same one makes it once; null promises nothing, and the handler takes no key.</param>
    /// <param name="location">The path at which the thing that is answered with is read.</param>
    public static TBuilder Creates<TBuilder, T>(this TBuilder route, string? keyKept, Func<T, string> location)
        where TBuilder : IEndpointConventionBuilder
        where T : class
        => route.WithMetadata(new CreatesMetadata(keyKept, typeof(T), thing => location((T)thing)));

    /// <summary>May be carried out twice with the effect and the answer of once: the edge repeats it when a silo goes away under way.</summary>
    public static TBuilder Repeated<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder
        => route.WithMetadata(new RepeatMetadata("repeated", static _ => true));

    /// <summary>Repeated where the client gave an <c>Idempotency-Key</c>: without one it would be another thing.</summary>
    public static TBuilder RepeatedWithKey<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder
        => route.WithMetadata(new RepeatMetadata("repeated-with-key", static request => request.Arguments.OfType<IdempotencyKey>().Any(key => key.Value is not null)));

    /// <summary>Repeated unless the client named versions by <c>If-Match</c>: of a change whose answer was lost the second time would be refused.</summary>
    public static TBuilder RepeatedWithoutIfMatch<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder
        => route.WithMetadata(new RepeatMetadata("repeated-without-if-match", static request => request.Arguments.OfType<IfMatch>().All(match => match.IsAny)));

    /// <summary>Carried out once and never repeated here: a second time is another try, or comes too late to be of use.</summary>
    public static TBuilder Once<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder
        => route.WithMetadata(new RepeatMetadata("once", static _ => false));

    /// <summary>Answers what this method of a grain answers: its refusals are the route's.</summary>
    public static RouteHandlerBuilder Asks<TGrain>(this RouteHandlerBuilder route, string method)
        where TGrain : IGrain
        => route.WithMetadata(new RefusesMetadata(Refusals.Of(typeof(TGrain), method)));

    /// <summary>The refusals that the edge itself gives here, before a grain is asked or instead.</summary>
    public static TBuilder Refuses<TBuilder>(this TBuilder route, params Refusal[] refusals)
        where TBuilder : IEndpointConventionBuilder
        => route.WithMetadata(new RefusesMetadata(refusals));

    /// <summary>Gives a list in pages, which are asked for by a <see cref="PageQuery"/>.</summary>
    public static TBuilder Paged<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder
        => route.Refuses([.. PageAsk.Refusals]);

    /// <summary>All that the route declares to refuse with, each once, in the order of checking.</summary>
    public static IEnumerable<Refusal> DeclaredRefusals(this IEnumerable<object> metadata) =>
        metadata.OfType<RefusesMetadata>().SelectMany(declared => declared.Refusals).DistinctBy(refusal => refusal.Code);

    /// <summary>The answer carries its version as its entity tag: a GET with that in <c>If-None-Match</c> gets 304. What is not public is kept by nobody else.</summary>
    public static TBuilder Tagged<TBuilder, T>(this TBuilder route, Func<T, int> version)
        where TBuilder : IEndpointConventionBuilder
        where T : class
        => route.WithMetadata(new TaggedMetadata(value => EntityTags.Of(version((T)value))));

    /// <summary>The same for what has no version: the tag is that of all that distinguishes one answer from another.</summary>
    public static TBuilder Tagged<TBuilder, T>(this TBuilder route, Func<T, string> said)
        where TBuilder : IEndpointConventionBuilder
        where T : class
        => route.WithMetadata(new TaggedMetadata(value => EntityTags.Of(said((T)value))));

    /// <summary>The largest body that the route takes, in bytes.</summary>
    public static TBuilder BodyBytesMax<TBuilder>(this TBuilder route, long bytes)
        where TBuilder : IEndpointConventionBuilder
        => route.WithMetadata(new BodyLimit(bytes));

    private sealed record BodyLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
}
