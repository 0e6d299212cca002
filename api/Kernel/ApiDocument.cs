using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;

namespace OrleansSocial.Kernel;

/// <summary>The OpenAPI document. Made once, for all: it says the same to everybody, whatever host they call this server by.</summary>
internal sealed class ApiDocument([FromKeyedServices(ApiDocument.Version)] IOpenApiDocumentProvider maker)
{
    /// <summary>Names it.</summary>
    public const string Version = "v1";

    private readonly Lazy<Task<(byte[] Bytes, string Tag)>> _made = new(() => Make(maker));

    /// <summary>Its bytes, with their tag.</summary>
    public Task<(byte[] Bytes, string Tag)> Made => _made.Value;

    /// <summary>The tag of bytes that do not change.</summary>
    public static string TagOf(byte[] bytes) => $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 12))}\"";

    /// <summary>Bytes that do not change, or 304 to whoever has them.</summary>
    public static IResult Constant(HttpResponse response, byte[] bytes, string contentType, string tag)
    {
        response.Headers.CacheControl = "no-cache";
        return Results.Bytes(bytes, contentType, entityTag: new EntityTagHeaderValue(tag));
    }

    private static async Task<(byte[] Bytes, string Tag)> Make(IOpenApiDocumentProvider maker)
    {
        var document = await maker.GetOpenApiDocumentAsync();
        document.Servers = null;
        using var written = new MemoryStream();
        await document.SerializeAsJsonAsync(written, OpenApiSpecVersion.OpenApi3_1);
        var bytes = written.ToArray();
        return (bytes, TagOf(bytes));
    }
}

/// <summary>Where the document is.</summary>
internal static class ApiDocumentRoute
{
    /// <summary>Maps it.</summary>
    public static void MapApiDocument(this IEndpointRouteBuilder app) => app.MapGet($"/openapi/{ApiDocument.Version}.json", async (ApiDocument document, HttpResponse response) =>
    {
        var (bytes, tag) = await document.Made;
        return ApiDocument.Constant(response, bytes, "application/json; charset=utf-8", tag);
    }).Public().Unlimited().ExcludeFromDescription();
}
