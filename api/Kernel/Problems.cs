using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OrleansSocial.Kernel;

/// <summary>Writes refusals as problem details (RFC 9457) with their stable code.</summary>
public static class Problems
{
    /// <summary>A bug on our side: says nothing of its cause but the trace id under which the log has it.</summary>
    public const string FaultCode = "service.fault";

    /// <summary>The method is not one that the route takes.</summary>
    public const string MethodNotAllowedCode = "request.method_not_allowed";

    /// <summary>The request's target is longer than the server takes.</summary>
    public const string TargetTooLongCode = "request.target_too_long";

    /// <summary>The request's headers are larger than the server takes.</summary>
    public const string HeadersTooLargeCode = "request.headers_too_large";

    /// <summary>What is said of a target that is too long.</summary>
    public const string TargetTooLongDetail = "The path and the query are longer than this server takes.";

    /// <summary>What is said of headers that are too large.</summary>
    public const string HeadersTooLargeDetail = "The headers are larger than this server takes.";

    /// <summary>What is said of a bug.</summary>
    public const string FaultDetail = "Something went wrong on our side; the trace id names it in the log.";

    /// <summary>What is said of a method that a route does not take.</summary>
    public const string MethodNotAllowedDetail = "This route does not take this method; see /docs.";

    /// <summary>What no problem can be written for: the server refuses it before anything of the application runs.</summary>
    public const string UnreadableWords =
        "What cannot be read as HTTP (a path with %00, headers of another form, a target beyond 16 KiB, headers beyond twice their limit) is refused without a body, with 400, 414 or 431.";

    /// <summary>What any request may be answered with, beside what its route tells: for it is known before its route, or is a bug.</summary>
    public static readonly IReadOnlyList<string> Everywhere =
        [CommonRefusals.NotFound.Code, CommonRefusals.UnknownHost.Code, CommonRefusals.Unavailable.Code, MethodNotAllowedCode, TargetTooLongCode, HeadersTooLargeCode, FaultCode];

    private static readonly Meter s_meter = new("OrleansSocial.Edge");
    private static readonly Counter<long> s_refused = s_meter.CreateCounter<long>("social.http.refused", "{request}", "Requests that were answered with a problem, by its code.");

    /// <summary>A result that writes <paramref name="refusal"/> as its problem.</summary>
    public static IResult Of(Refusal refusal) => new RefusalResult(refusal);

    /// <summary>Writes <paramref name="refusal"/> as the response, with <c>Retry-After</c> in whole seconds when waiting helps.</summary>
    public static Task Write(HttpContext context, Refusal refusal)
    {
        if (refusal.RetryAfterSeconds is { } seconds)
            context.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(seconds)).ToString(CultureInfo.InvariantCulture);
        if (refusal.Kind == Kind.Unauthenticated && context.Response.Headers.WWWAuthenticate.Count == 0) context.Response.Headers.WWWAuthenticate = "Bearer";
        return Write(context, (int)refusal.Kind, refusal.Code, refusal.Message, refusal.RetryAfterSeconds);
    }

    /// <summary>Writes a problem that is not the refusal of a slice.</summary>
    public static async Task Write(HttpContext context, int status, string code, string detail, double? retryAfterSeconds = null)
    {
        s_refused.Add(1, new KeyValuePair<string, object?>("code", code));
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/problem+json";
        response.Headers.CacheControl = "no-store";
        var problem = new Problem(
            $"{ProblemsPage.Path}#{code}",
            Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status),
            status,
            detail,
            code,
            TraceId(context),
            retryAfterSeconds);
        await JsonSerializer.SerializeAsync(response.Body, problem, SocialJson.Options, context.RequestAborted);
    }

    /// <summary>The id under which logs and traces have this request.</summary>
    public static string TraceId(HttpContext context) => Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;

    private sealed class RefusalResult(Refusal refusal) : IResult, IOutcome
    {
        public Refusal Refusal => refusal;

        object? IOutcome.Held => null;

        public Task ExecuteAsync(HttpContext httpContext) => Write(httpContext, refusal);
    }
}

/// <summary>Problem details as they leave the API.</summary>
/// <param name="Type">Where the code is explained.</param>
/// <param name="Title">The HTTP status in words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">One sentence that says what to do.</param>
/// <param name="Code">Stable; what programs look at.</param>
/// <param name="TraceId">Names the request in logs and traces.</param>
/// <param name="RetryAfterSeconds">When waiting helps: how long.</param>
public sealed record Problem(string Type, string Title, int Status, string Detail, string Code, string TraceId, double? RetryAfterSeconds);
