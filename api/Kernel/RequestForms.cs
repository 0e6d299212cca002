using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace OrleansSocial.Kernel;

/// <summary>Requests in a form that HTTP allows and the framework does not take.</summary>
public static class RequestForms
{
    private static readonly string[] s_hubMethods = [HttpMethods.Get, HttpMethods.Post, HttpMethods.Delete, HttpMethods.Options, HttpMethods.Head];

    /// <summary>Answers HEAD as GET, without its body (RFC 9110, 9.3.2); not where an answer never ends.</summary>
    internal static void UseHead(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        // The server leaves the body out by itself, for it keeps to the method that came.
        if (HttpMethods.IsHead(context.Request.Method) && !LivePaths.IsEndless(context.Request.Path)) context.Request.Method = HttpMethods.Get;
        return next(context);
    });

    /// <summary>Takes the name of the character set as HTTP writes it, quoted or not (RFC 9110, 8.3.2), and refuses any other than UTF-8, in which JSON is written (RFC 8259, 8.1).</summary>
    internal static void UseCharset(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) || !type.Charset.HasValue) return next(context);
        if (!HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase)) return Problems.Write(context, CommonRefusals.UnsupportedMedia);
        context.Request.ContentType = type.MediaType.Value;
        return next(context);
    });

    /// <summary>Refuses on the hub's path what no transport of it sends; the hub itself would do so without a problem.</summary>
    internal static void UseHubMethods(this IApplicationBuilder app) => app.Use(static (context, next) =>
        !context.Request.Path.StartsWithSegments(LivePaths.Hub) || s_hubMethods.Contains(context.Request.Method, StringComparer.OrdinalIgnoreCase)
            ? next(context)
            : Problems.Write(context, StatusCodes.Status405MethodNotAllowed, Problems.MethodNotAllowedCode, Problems.MethodNotAllowedDetail));
}
