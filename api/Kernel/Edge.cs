using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using OrleansSocial.Realtime;

namespace OrleansSocial.Kernel;

/// <summary>What every slice of the edge stands on: JSON, problems, documentation, news of the cluster.</summary>
public static class Edge
{
    /// <summary>Registers the common services of the edge.</summary>
    public static IServiceCollection AddEdgeKernel(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(o => SocialJson.ConfigureBodies(o.SerializerOptions));
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.AddExceptionHandler<Faults>();
        services.AddProblemDetails();
        services.AddOpenApi(ApiDocument.Version, Document);
        services.AddSingleton<ApiDocument>();
        services.AddSingleton<NodeNews>();
        services.AddSingleton<IClusterConnectionStatusObserver>(provider => provider.GetRequiredService<NodeNews>());
        services.AddHostedService(provider => provider.GetRequiredService<NodeNews>());
        return services;
    }

    /// <summary>Puts exception handling first, gives every bare status of the framework its problem, and takes requests in every form that HTTP allows.</summary>
    public static IApplicationBuilder UseEdgeKernel(this IApplicationBuilder app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions { SuppressDiagnosticsCallback = _ => true });
        app.UseStatusCodePages(pages => BareStatus(pages.HttpContext));
        app.UseHead();
        app.UseCharset();
        app.UseHubMethods();
        return app;
    }

    /// <summary>Serves the OpenAPI document and the page to browse it.</summary>
    public static void MapDocumentation(this WebApplication app)
    {
        app.MapApiDocument();
        app.MapDocsPage();
        app.MapProblemsPage();
        app.MapHubPage();
    }

    private static Task BareStatus(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => Problems.Write(context, CommonRefusals.NotFound),
        StatusCodes.Status405MethodNotAllowed => Problems.Write(
            context, StatusCodes.Status405MethodNotAllowed, Problems.MethodNotAllowedCode, Problems.MethodNotAllowedDetail),
        StatusCodes.Status413PayloadTooLarge => Problems.Write(context, CommonRefusals.BodyTooLarge),
        StatusCodes.Status415UnsupportedMediaType => Problems.Write(context, CommonRefusals.UnsupportedMedia),
        StatusCodes.Status400BadRequest => Problems.Write(context, CommonRefusals.Malformed),
        _ => Task.CompletedTask,
    };

    private static void Document(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "OrleansSocial";
            document.Info.Version = "v1";
            document.Info.Description = "Chat, live notifications and feeds. Errors are problem details (RFC 9457) with a stable code. "
                + $"Beside those that an operation tells of, any request may be answered with {string.Join(", ", Problems.Everywhere)}. {Problems.UnreadableWords}";
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            document.Components.SecuritySchemes["bearer"] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "JWT",
            };
            return Task.CompletedTask;
        });
        options.AddDocumentTransformer(LiveSchemas.Describe);
        options.AddDocumentTransformer(DocumentShape.Records);
        options.AddSchemaTransformer(DocumentShape.Member);
        options.AddOperationTransformer(DocumentShape.Operation);
        options.AddSchemaTransformer((schema, context, _) =>
        {
            // Converters of our own hide what they write.
            var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
            if (type == typeof(string) || IsId(type)) schema.Type ??= JsonSchemaType.String;
            if (IsId(type)) schema.Format = "uuid";
            if (type == typeof(DateTimeOffset)) (schema.Type, schema.Format) = (JsonSchemaType.String, "date-time");
            if (context.JsonTypeInfo.ElementType is { } item && IsId(item)) schema.Items ??= new OpenApiSchema { Type = JsonSchemaType.String, Format = "uuid" };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            var metadata = context.Description.ActionDescriptor.EndpointMetadata;
            if (metadata.OfType<SignedMetadata>().Any())
                operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("bearer", context.Document)] = [] }];
            if (metadata.OfType<CreatesMetadata>().FirstOrDefault() is { KeyKept: { } kept })
                (operation.Parameters ??= []).Add(new OpenApiParameter
                {
                    Name = IdempotencyKey.Header,
                    In = ParameterLocation.Header,
                    Description = $"The same key with the same body makes the thing once, for ever. What the repetition is answered with is what there is: 201 as the first time, or 200 where the route tells what was there. It is kept {kept}.",
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = ClientKeys.CharsMax },
                });
            var codes = string.Join(", ", metadata.DeclaredRefusals().Select(refusal => refusal.Code));
            if (codes.Length > 0) operation.Description = $"Refusals: {codes}.";
            foreach (var parameter in context.Description.ParameterDescriptions.Where(parameter => parameter.Type is { } type && IsId(type)))
                if (operation.Parameters?.FirstOrDefault(told => told.Name == parameter.Name)?.Schema is OpenApiSchema id)
                    id.Format = "uuid";
            return Task.CompletedTask;
        });
    }

    private static bool IsId(Type type) => type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEntityId<>));
}
