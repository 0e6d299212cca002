using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Json.Schema;

namespace OrleansSocial.Support;

/// <summary>What the OpenAPI document promises, and whether an answer keeps it: status, media type, body and headers.</summary>
/// <remarks>It is stricter than the document in one point: a member that is not told of is a fault, while clients pass it over.</remarks>
internal sealed class ApiContract
{
    private static readonly EvaluationOptions s_verdict = new() { OutputFormat = OutputFormat.Flag, RequireFormatValidation = true };
    private static readonly EvaluationOptions s_reasons = new() { OutputFormat = OutputFormat.List, RequireFormatValidation = true };

    private readonly IReadOnlyList<(Regex Path, string Template, JsonObject Operations)> _paths;
    private readonly JsonObject _schemas;
    private readonly ConcurrentDictionary<string, JsonSchema> _byReference = [];

    public ApiContract(string document)
    {
        var root = JsonNode.Parse(document.Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal))!;
        _paths = [.. root["paths"]!.AsObject().Select(path => (new Regex($"^{Regex.Replace(path.Key, "\\{[^}]+\\}", "[^/]+")}/?$", RegexOptions.Compiled), path.Key, path.Value!.AsObject()))];
        _schemas = root["components"]!["schemas"]!.AsObject();
        foreach (var (_, schema) in _schemas)
            if (schema!["properties"] is not null)
                schema["additionalProperties"] = false;
    }

    /// <summary>The faults of an answer, a sentence each.</summary>
    public IEnumerable<string> FaultsOf(HttpMethod method, Uri path, HttpResponseMessage answer, byte[] body)
    {
        var isHead = method == HttpMethod.Head;
        var verb = isHead ? "get" : method.Method.ToLowerInvariant();
        var (status, type) = ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType);
        var operation = _paths.Where(one => one.Path.IsMatch(path.AbsolutePath) && one.Operations.ContainsKey(verb))
            .OrderBy(one => one.Template.Count(c => c == '{')).Select(one => one.Operations[verb]!.AsObject()).FirstOrDefault();
        var told = operation?["responses"]?[status.ToString(CultureInfo.InvariantCulture)]?.AsObject();
        if (told is null && type == "application/problem+json" && (isHead || Problems.Everywhere.Contains(CodeOf(body)))) told = Problem(type);
        if (told is null || type is null)
        {
            // What the server itself refuses, before anything of the application runs, has no body.
            if (status is 400 or 414 or 431 && type is null && body.Length == 0) return [];
            if (told is null) return [$"it does not tell of {status}"];
        }

        return [.. ContentFaults(told, type, isHead ? null : body), .. HeaderFaults(told, status, answer)];
    }

    private IEnumerable<string> ContentFaults(JsonObject told, string? type, byte[]? body)
    {
        if (told["content"] is not JsonObject content)
        {
            if (body is { Length: > 0 }) yield return "it tells of no body";
            yield break;
        }

        if (type is null || content[type] is not JsonObject media)
        {
            yield return $"it tells of {string.Join(" or ", content.Select(one => one.Key))} and not of {type ?? "no media type"}";
            yield break;
        }

        if (body is null || media["schema"]?["$ref"]?.GetValue<string>() is not { } reference) yield break;
        using var instance = JsonDocument.Parse(body);
        if (Schema(reference).Evaluate(instance.RootElement, s_verdict).IsValid) yield break;
        foreach (var detail in Schema(reference).Evaluate(instance.RootElement, s_reasons).Details ?? [])
            foreach (var (_, fault) in detail.Errors ?? new Dictionary<string, string>())
                yield return $"{detail.InstanceLocation}: {fault}";
    }

    private IEnumerable<string> HeaderFaults(JsonObject told, int status, HttpResponseMessage answer)
    {
        var headers = told["headers"]?.AsObject().Select(header => header.Key).ToList() ?? [];
        var given = answer.Headers.Concat(answer.Content.Headers).Select(header => header.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (status is >= 200 and < 400 or 401 or 429)
            foreach (var name in headers.Where(name => !given.Contains(name) && !(status is 401 or 429 && name.StartsWith("RateLimit-", StringComparison.Ordinal))))
                yield return $"the header {name} is missing";
        if (answer.Headers.ETag is not null && !headers.Contains("ETag")) yield return "it tells of no ETag";
        if (answer.Headers.Location is not { } location) yield break;
        if (!headers.Contains("Location")) yield return "it tells of no Location";
        if (!_paths.Any(one => one.Path.IsMatch(location.ToString()) && one.Operations.ContainsKey("get"))) yield return $"{location} leads to nothing that can be read";
    }

    private static JsonObject Problem(string type) => new() { ["content"] = new JsonObject { [type] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = "#/$defs/Problem" } } } };

    private JsonSchema Schema(string reference) => _byReference.GetOrAdd(reference, _ => JsonSchema.FromText(
        new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["$ref"] = reference, ["$defs"] = _schemas.DeepClone() }.ToJsonString()));

    private static string? CodeOf(byte[] body)
    {
        try
        {
            return JsonNode.Parse(body)?["code"]?.GetValue<string>();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Holds every answer to the OpenAPI document; what differs fails the test that asked.</summary>
internal sealed class DocumentedAnswers() : DelegatingHandler(new SocketsHttpHandler())
{
    private static volatile ApiContract? s_contract;

    /// <summary>A client whose answers are held to the document.</summary>
    public static HttpClient Client(Uri address) => new(new DocumentedAnswers()) { BaseAddress = address };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        if (request.Method == HttpMethod.Options || request.RequestUri is not { } address || !address.AbsolutePath.StartsWith("/v1/", StringComparison.Ordinal) || address.AbsolutePath.StartsWith("/v1/live", StringComparison.Ordinal)) return answer;
        if (s_contract is null && await Read(new Uri(address, "/openapi/v1.json"), cancellationToken) is { } document) s_contract = new(document);
        if (s_contract is not { } contract) return answer;

        // A stream has no end to wait for.
        var body = answer.Content.Headers.ContentType?.MediaType == "text/event-stream" ? [] : await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        var faults = contract.FaultsOf(request.Method, address, answer, body).ToList();
        Assert.True(faults.Count == 0, $"{request.Method} {address.PathAndQuery} answers {(int)answer.StatusCode}, and the document is of another opinion: {string.Join("; ", faults)}{Environment.NewLine}{System.Text.Encoding.UTF8.GetString(body)}");
        return answer;
    }

    // Once for all; while a server takes nothing it tells nothing, and the next one is asked.
    private async Task<string?> Read(Uri document, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, document);
        using var answer = await base.SendAsync(request, cancellation);
        Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"the document is answered with {(int)answer.StatusCode}");
        return answer.StatusCode == HttpStatusCode.OK ? await answer.Content.ReadAsStringAsync(cancellation) : null;
    }
}
