using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;

namespace OrleansSocial.Realtime;

/// <summary>Lets a client negotiate with one node and connect to another: what negotiation answers is the same on all of them, and none remembers it.</summary>
/// <remarks>
/// Clients begin with a negotiation unless they are told not to, and come back with the id that it gave them. A node that had to
/// know the id would bind the client to itself. The hub offers WebSockets alone, which need no state from before they are
/// opened, so the id means nothing and every connect makes a connection of its own.
/// </remarks>
internal static class Negotiation
{
    private const string IdName = "id";
    private const int Version = 1;

    private static readonly Transport[] s_transports = [new(nameof(HttpTransportType.WebSockets), ["Text", "Binary"])];

    /// <summary>Takes the memory out of a hub's negotiation.</summary>
    public static TBuilder NegotiatedAnywhere<TBuilder>(this TBuilder hub)
        where TBuilder : IEndpointConventionBuilder
    {
        hub.Add(route =>
        {
            if (route.Metadata.OfType<NegotiateMetadata>().Any()) route.RequestDelegate = Answer;
            else if (route.RequestDelegate is { } connect) route.RequestDelegate = http => connect(WithoutId(http));
        });
        return hub;
    }

    private static Task Answer(HttpContext http)
    {
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            http.Response.Headers.Allow = HttpMethods.Post;
            return Problems.Write(http, StatusCodes.Status405MethodNotAllowed, Problems.MethodNotAllowedCode, "Negotiate with POST.");
        }

        http.Response.Headers.CacheControl = "no-store";
        return http.Response.WriteAsJsonAsync(
            new Terms(Version, NewId(), NewId(), s_transports), SocialJson.Options, http.RequestAborted);
    }

    // Clients want ids that are texts and differ; nobody asks for them again.
    private static string NewId() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    private static HttpContext WithoutId(HttpContext http)
    {
        if (http.Request.Query.ContainsKey(IdName))
            http.Request.Query = new QueryCollection(
                http.Request.Query.Where(part => !string.Equals(part.Key, IdName, StringComparison.OrdinalIgnoreCase))
                    .ToDictionary(part => part.Key, part => part.Value, StringComparer.OrdinalIgnoreCase));
        return http;
    }

    private sealed record Terms(int NegotiateVersion, string ConnectionId, string ConnectionToken, IReadOnlyList<Transport> AvailableTransports);

    private sealed record Transport([property: JsonPropertyName("transport")] string Name, IReadOnlyList<string> TransferFormats);
}
