using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Scalar.AspNetCore;

namespace OrleansSocial.Kernel;

/// <summary>The page to browse and try the API, at <c>/docs</c>. All of it comes from this server: it asks no other host for anything, and tells none.</summary>
internal static class DocsPage
{
    /// <summary>Maps the page and its files.</summary>
    public static void MapDocsPage(this IEndpointRouteBuilder app) => app.MapScalarApiReference("/docs", Configure).Public().Unlimited();

    private static void Configure(ScalarOptions page, HttpContext context)
    {
        var nonce = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        context.Response.Headers.ContentSecurityPolicy = Policy(nonce);
        page.WithNonce(nonce)
            .WithTitle("OrleansSocial API")
            .WithOpenApiRoutePattern("/openapi/{documentName}.json")
            .AddPreferredSecuritySchemes("bearer")
            .DisableDefaultFonts()
            .DisableTelemetry()
            .DisableAgent()
            .DisableMcp()
            .HideClientButton()
            .HideDeveloperTools();
    }

    /// <summary>Scripts run when they carry the nonce of this very answer, so text that is shown can never become one; only styles may be inline.</summary>
    private static string Policy(string nonce) =>
        $"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}
