using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace OrleansSocial.Kernel;

/// <summary>Documents what a live event carries: one schema for each record, and the type that it comes with.</summary>
internal static class LiveSchemas
{
    /// <summary>Gives the data of events its schemas.</summary>
    public static async Task Describe(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellation)
    {
        if (document.Components?.Schemas?.TryGetValue(nameof(LiveEvent), out var live) != true || live is not OpenApiSchema { Properties: { } properties }) return;

        var records = new List<IOpenApiSchema>();
        foreach (var record in LiveTypes.All.Select(type => type.Data).Distinct().OrderBy(record => record.Name, StringComparer.Ordinal))
        {
            if (!document.Components.Schemas.ContainsKey(record.Name))
                document.Components.Schemas.Add(record.Name, await context.GetOrCreateSchemaAsync(record, null, cancellation));
            records.Add(new OpenApiSchemaReference(record.Name, document));
        }

        properties["data"] = new OpenApiSchema { AnyOf = records };
        properties["type"] = new OpenApiSchema
        {
            Type = JsonSchemaType.String,
            Description = $"Tells what data is: {string.Join(", ", LiveTypes.All.Select(type => $"{type.Name} ({type.Data.Name})"))}. Pass over a type that you do not know.",
        };
    }
}
