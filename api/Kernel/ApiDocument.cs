using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace OrleansSocial.Kernel;

/// <summary>The OpenAPI document. Made once, for all: it says the same to everybody, whatever host they call this server by.</summary>
internal sealed class ApiDocument([FromKeyedServices(ApiDocument.Version)] IOpenApiDocumentProvider maker)
{
    /// <summary>Names it.</summary>
    public const string Version = "v1";

    private readonly Lazy<Task<ConstantPage>> _made = new(() => Make(maker));

    /// <summary>The document as it is answered.</summary>
    public Task<ConstantPage> Made => _made.Value;

    private static async Task<ConstantPage> Make(IOpenApiDocumentProvider maker)
    {
        var document = await maker.GetOpenApiDocumentAsync();
        document.Servers = null;
        using var written = new MemoryStream();
        await document.SerializeAsJsonAsync(written, OpenApiSpecVersion.OpenApi3_1);
        return new(written.ToArray(), "application/json; charset=utf-8");
    }
}

/// <summary>Where the document is.</summary>
internal static class ApiDocumentRoute
{
    /// <summary>Maps it.</summary>
    public static void MapApiDocument(this IEndpointRouteBuilder app) => app.MapGet(
        $"/openapi/{ApiDocument.Version}.json", async (ApiDocument document, HttpResponse response) => (await document.Made).Answer(response)).Public().Unlimited().ExcludeFromDescription();
}
