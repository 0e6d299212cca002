using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace OrleansSocial.Kernel;

/// <summary>Makes the OpenAPI document say what is on the wire, where the framework tells of C# types: nulls are left out, bodies are strict and answers may grow, and headers are told.</summary>
internal static class DocumentShape
{
    private const string ETag = "ETag";
    private const string RetryAfter = "Retry-After";

    private static readonly (string Name, JsonSchemaType Type, string Words)[] s_headers =
    [
        (ETag, JsonSchemaType.String, "The version of what is answered with; give it in If-Match to change this version and no other."),
        ("Location", JsonSchemaType.String, "The path at which it is read."),
        ("Content-Location", JsonSchemaType.String, "The path of what is answered with, which was there before."),
        (RetryAfter, JsonSchemaType.Integer, "In how many seconds the same request may be sent again."),
        ("WWW-Authenticate", JsonSchemaType.String, "Bearer, with error=\"invalid_token\" where a token came that is not good; the code says whether to refresh it or to sign in."),
        ("RateLimit-Limit", JsonSchemaType.Integer, "How many requests may come at once."),
        ("RateLimit-Remaining", JsonSchemaType.Integer, "How many of them are left."),
        ("RateLimit-Reset", JsonSchemaType.Integer, "In how many seconds all are back."),
    ];

    /// <summary>A member is required when it is never left out; whatever may be null is left out then.</summary>
    public static Task Member(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type.IsEnum) schema.Type ??= JsonSchemaType.String;
        if (context.JsonPropertyInfo?.AttributeProvider?.GetCustomAttributes(typeof(StringLengthAttribute), inherit: false) is [StringLengthAttribute length])
            (schema.MinLength, schema.MaxLength) = (length.MinimumLength, length.MaximumLength);
        foreach (var member in context.JsonTypeInfo.Properties)
            if (member.IsGetNullable || Nullable.GetUnderlyingType(member.PropertyType) is not null)
                schema.Required?.Remove(member.Name);
        return Task.CompletedTask;
    }

    /// <summary>Takes nulls out of all records, and lets those grow that no request carries.</summary>
    public static Task Records(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellation)
    {
        var bodies = document.Paths.Values.SelectMany(path => path.Operations!.Values)
            .SelectMany(operation => operation.RequestBody?.Content?.Values ?? [])
            .Select(media => (media.Schema as OpenApiSchemaReference)?.Reference.Id).ToHashSet();
        foreach (var (name, schema) in document.Components?.Schemas ?? new Dictionary<string, IOpenApiSchema>())
        {
            if (schema is not OpenApiSchema record) continue;
            if (!bodies.Contains(name)) record.AdditionalPropertiesAllowed = true;
            foreach (var (member, value) in record.Properties?.ToList() ?? []) record.Properties![member] = WithoutNull(value);
        }

        document.Components ??= new();
        document.Components.Headers ??= new Dictionary<string, IOpenApiHeader>();
        foreach (var (name, type, words) in s_headers)
            document.Components.Headers[name] = new OpenApiHeader { Description = words, Schema = new OpenApiSchema { Type = type } };
        return Task.CompletedTask;
    }

    /// <summary>Names the operation, and tells its headers and the answers that follow from them.</summary>
    public static Task Operation(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var (metadata, document) = (context.Description.ActionDescriptor.EndpointMetadata, context.Document);
        if (metadata.OfType<MethodInfo>().FirstOrDefault() is not { } handler) return Task.CompletedTask;

        operation.OperationId = NameOf(handler);
        operation.Responses ??= [];
        if (OutcomeFilter.ValueOf(handler.ReturnType) == typeof(Done)) operation.Responses["204"] = new OpenApiResponse { Description = "No Content" };
        if (handler.GetParameters().Any(parameter => parameter.ParameterType == typeof(IfMatch)))
            AddHeader(operation, "If-Match", $"Makes the change to these versions only: 1 to {IfMatch.TagsMax} entity tags with commas between them, or a star for any. Where there is another it is refused with 412.");
        if (metadata.OfType<TaggedMetadata>().Any() && HttpMethods.IsGet(context.Description.HttpMethod ?? ""))
        {
            AddHeader(operation, "If-None-Match", "The entity tags that one has: where one of them is that of the answer it is 304 without a body.");
            operation.Responses["304"] = new OpenApiResponse { Description = "Not Modified" };
        }

        // Attributes of a part of a PageQuery are not read.
        if (metadata.DeclaredRefusals().Contains(CommonRefusals.BadLimit) && operation.Parameters?.FirstOrDefault(parameter => parameter.Name == "limit")?.Schema is OpenApiSchema limit)
            (limit.Minimum, limit.Maximum, limit.Default) = ("1", PageAsk.LimitMax.ToString(CultureInfo.InvariantCulture), PageAsk.LimitDefault);

        foreach (var (status, response) in operation.Responses)
            foreach (var header in HeadersOf(status, metadata))
                if (response is OpenApiResponse told)
                    (told.Headers ??= new Dictionary<string, IOpenApiHeader>())[header] = new OpenApiHeaderReference(header, document);
        return Task.CompletedTask;
    }

    /// <summary>The name of an operation: its slice's and its handler's.</summary>
    internal static string NameOf(MethodInfo handler) => JsonNamingPolicy.CamelCase.ConvertName(handler.DeclaringType!.Name.Replace("Endpoints", "", StringComparison.Ordinal)) + NameIn(handler);

    // A local function is called <Owner>g__Name|0_0.
    private static string NameIn(MethodInfo handler) => handler.Name.Contains("g__", StringComparison.Ordinal) ? handler.Name.Split("g__")[1].Split('|')[0] : handler.Name;

    private static IEnumerable<string> HeadersOf(string status, IList<object> metadata)
    {
        if (metadata.OfType<TaggedMetadata>().Any() && status is ("200" or "304")) yield return ETag;
        if (metadata.OfType<CreatesMetadata>().Any() && status is ("200" or "201")) yield return "Location";
        if (metadata.OfType<CreatesMetadata>().Any() && status == "200") yield return "Content-Location";
        if (status is "429" or "503") yield return RetryAfter;
        if (status == "401") yield return "WWW-Authenticate";
        if (!metadata.OfType<RateMetadata>().Any()) yield break;
        foreach (var (name, _, _) in s_headers.Where(header => header.Name.StartsWith("RateLimit-", StringComparison.Ordinal))) yield return name;
    }

    private static void AddHeader(OpenApiOperation operation, string name, string words) => (operation.Parameters ??= []).Add(new OpenApiParameter
    {
        Name = name,
        In = ParameterLocation.Header,
        Description = words,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    });

    private static IOpenApiSchema WithoutNull(IOpenApiSchema schema)
    {
        if (schema is not OpenApiSchema own) return schema;
        if (own.OneOf is [OpenApiSchema { Type: JsonSchemaType.Null }, var other]) return other;
        if (own.Type is { } type && type != JsonSchemaType.Null) own.Type = type & ~JsonSchemaType.Null;
        return own;
    }
}
