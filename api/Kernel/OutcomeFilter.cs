using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;
using System.Reflection;

namespace OrleansSocial.Kernel;

/// <summary>The one place where outcomes become responses: 200, 201 or 204 for a value, problem details for a refusal. Runs a handler again whose silo went away, where its route allows it.</summary>
public sealed class OutcomeFilter(Repeater repeater, DeclaredRefusals declared) : IEndpointFilter
{
    /// <inheritdoc/>
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        object? result;
        try
        {
            result = await next(context);
        }
        catch (Exception fault) when (repeater.Repeats(fault) && MayRunAgain(context))
        {
            result = await repeater.Again(fault, (next, context), static run => run.next(run.context), context.HttpContext.RequestAborted);
        }

        if (result is not IOutcome outcome) return result;
        var http = context.HttpContext;
        var metadata = http.GetEndpoint()!.Metadata;
        if (outcome.Refusal is { } refusal)
        {
            declared.Check(http.GetEndpoint()!.DisplayName, metadata.DeclaredRefusals(), refusal);
            return Problems.Of(refusal);
        }

        var isPublic = metadata.GetMetadata<PublicMetadata>() is not null;
        if (metadata.GetMetadata<TaggedMetadata>() is { } tagged) return Tagged(http, outcome.Held!, tagged.Tag(outcome.Held!), isPublic);

        http.Response.Headers.CacheControl = "no-store";
        if (outcome.Held is Done) return Results.NoContent();
        return metadata.GetMetadata<CreatesMetadata>() is { } creates ? Created(http, outcome.Held!, creates) : Results.Json(outcome.Held, SocialJson.Options);
    }

    private static IResult Created(HttpContext http, object held, CreatesMetadata creates)
    {
        var (thing, isNew) = held is IMade made ? (made.Thing, made.IsNew) : (held, true);
        var location = creates.Location(thing);
        http.Response.Headers.Location = location;
        if (!isNew) http.Response.Headers.ContentLocation = location;
        return Results.Json(thing, SocialJson.Options, statusCode: isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static bool MayRunAgain(EndpointFilterInvocationContext context) =>
        !context.HttpContext.Response.HasStarted && context.HttpContext.GetEndpoint()?.Metadata.GetMetadata<RepeatMetadata>()?.Applies(context) == true;

    private static IResult Tagged(HttpContext http, object value, string tag, bool isPublic)
    {
        http.Response.Headers.ETag = tag;
        http.Response.Headers.CacheControl = isPublic ? "public, max-age=0, must-revalidate" : "private, no-store";
        var own = EntityTagHeaderValue.Parse(tag);
        return HttpMethods.IsGet(http.Request.Method)
            && http.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(own, useStrongComparison: false))
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : Results.Json(value, SocialJson.Options);
    }

    /// <summary>Tells the documentation what the handler's outcome holds instead of the outcome itself, and which problems may stand in its place.</summary>
    internal static void Describe(EndpointBuilder endpoint)
    {
        if (endpoint.Metadata.OfType<MethodInfo>().FirstOrDefault() is not { } handler) return;
        if (ValueOf(handler.ReturnType) is { } value)
        {
            for (var i = endpoint.Metadata.Count - 1; i >= 0; i--)
                if (endpoint.Metadata[i] is IProducesResponseTypeMetadata)
                    endpoint.Metadata.RemoveAt(i);

            foreach (var status in StatusesOf(endpoint, value))
                endpoint.Metadata.Add(status == StatusCodes.Status204NoContent
                    ? new ProducesResponseTypeMetadata(status)
                    : new ProducesResponseTypeMetadata(status, ThingOf(value) ?? value, ["application/json"]));
        }

        foreach (var kind in KindsOf(endpoint).Distinct().Order().ToList())
            endpoint.Metadata.Add(new ProducesResponseTypeMetadata((int)kind, typeof(Problem), ["application/problem+json"]));
    }

    private static IEnumerable<int> StatusesOf(EndpointBuilder endpoint, Type value)
    {
        if (value == typeof(Done)) return [StatusCodes.Status204NoContent];
        if (!endpoint.Metadata.OfType<CreatesMetadata>().Any()) return [StatusCodes.Status200OK];
        return ThingOf(value) is null ? [StatusCodes.Status201Created] : [StatusCodes.Status200OK, StatusCodes.Status201Created];
    }

    /// <summary>The thing of a creation that may find it; null for every other value.</summary>
    internal static Type? ThingOf(Type value) => value.IsGenericType && value.GetGenericTypeDefinition() == typeof(Made<>) ? value.GetGenericArguments()[0] : null;

    // What the route declares, and what the edge may answer before a handler runs or because nobody can answer now.
    private static IEnumerable<Kind> KindsOf(EndpointBuilder endpoint)
    {
        var metadata = endpoint.Metadata;
        foreach (var refusal in metadata.DeclaredRefusals()) yield return refusal.Kind;
        yield return CommonRefusals.Malformed.Kind;
        yield return CommonRefusals.Unavailable.Kind;
        if (metadata.OfType<SignedMetadata>().Any()) yield return Kind.Unauthenticated;
        if (metadata.OfType<IAuthorizeData>().Any(demand => demand.Roles is not null || demand.Policy is not null)) yield return Kind.Forbidden;
        if (metadata.OfType<RateMetadata>().Any()) yield return Kind.TooMany;
        if (!metadata.OfType<IAcceptsMetadata>().Any()) yield break;
        yield return CommonRefusals.BodyTooLarge.Kind;
        yield return CommonRefusals.UnsupportedMedia.Kind;
        yield return CommonRefusals.TextNotStorable.Kind;
    }

    /// <summary>What the outcome of a handler holds; null when it gives none.</summary>
    internal static Type? ValueOf(Type type)
    {
        if (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>)))
            type = type.GetGenericArguments()[0];
        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Outcome<>) ? type.GetGenericArguments()[0] : null;
    }
}
