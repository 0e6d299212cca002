using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Scalar.AspNetCore;

namespace OrleansSocial.Kernel;

/// <summary>The page to browse and try the API, at <c>/docs</c>. All of it comes from this server: it asks no other host for anything, and tells none. Made once, for all.</summary>
internal static partial class DocsPage
{
    private const string Path = "/docs/";

    /// <summary>Maps the page and its files.</summary>
    public static void MapDocsPage(this IEndpointRouteBuilder app)
    {
        IEndpointConventionBuilder page = app.MapScalarApiReference(Path.TrimEnd('/'), Configure).Public().Unlimited();
        page.Finally(MakeOnce);
    }

    private static void Configure(ScalarOptions page) => page
        .WithTitle("OrleansSocial API")
        .WithOpenApiRoutePattern("/openapi/{documentName}.json")
        .AddPreferredSecuritySchemes("bearer")
        .DisableDefaultFonts()
        .DisableTelemetry()
        .DisableAgent()
        .DisableMcp()
        .HideClientButton()
        .HideDeveloperTools();

    // The files have tags of their own. The page is made anew for each who asks, and would be another at another path.
    private static void MakeOnce(EndpointBuilder endpoint)
    {
        if (endpoint is not RouteEndpointBuilder { RoutePattern.Parameters.Count: > 0, RequestDelegate: { } make }) return;

        var made = new Lazy<Task<(ConstantPage Page, string Policy)>>(() => Make(make, endpoint.ApplicationServices));
        endpoint.RequestDelegate = async http =>
        {
            if (http.Request.Path != Path)
            {
                if (http.Request.Path + "/" == Path) http.Response.Redirect("docs/");
                else await Problems.Write(http, CommonRefusals.NotFound);
                return;
            }

            var (page, policy) = await made.Value;
            http.Response.Headers.ContentSecurityPolicy = policy;
            await page.Answer(http.Response).ExecuteAsync(http);
        };
    }

    private static async Task<(ConstantPage Page, string Policy)> Make(RequestDelegate make, IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        using var written = new MemoryStream();
        var asked = new DefaultHttpContext { RequestServices = scope.ServiceProvider, Request = { Method = HttpMethods.Get, Path = Path }, Response = { Body = written } };
        await make(asked);
        await asked.Response.BodyWriter.FlushAsync();
        return (new(written.ToArray(), "text/html; charset=utf-8"), Policy(Encoding.UTF8.GetString(written.ToArray())));
    }

    /// <summary>Scripts run when they are files of this server or stand in the page as it was made, so text that is shown can never become one; only styles may be inline.</summary>
    private static string Policy(string page)
    {
        var inline = Inline().Matches(page).Select(script => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script.Groups[1].Value)))}'");
        return $"default-src 'none'; script-src 'self' {string.Join(' ', inline)}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    [GeneratedRegex("<script[^>]*>([^<]+)</script>")]
    private static partial Regex Inline();
}
