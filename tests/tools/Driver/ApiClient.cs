using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace OrleansSocial.Driver;

/// <summary>One person at the REST door.</summary>
public sealed class ApiClient(Uri server) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30) })
    {
        BaseAddress = server,
        Timeout = TimeSpan.FromSeconds(15),
    };

    /// <summary>The access token of the latest sign-in.</summary>
    public string AccessToken { get; private set; } = "";

    /// <summary>The refresh token of the latest sign-in.</summary>
    public string RefreshToken { get; private set; } = "";

    /// <summary>Who signed in.</summary>
    public string User { get; private set; } = "";

    /// <summary>Opens an account, or signs in when it is there, and says who it is.</summary>
    public async Task<string> SignIn(string handle, string password, CancellationToken cancellation)
    {
        using var registered = await _http.PostAsJsonAsync("/v1/auth/register", new { handle, password }, cancellation);
        if (registered.IsSuccessStatusCode)
        {
            await Remember(registered, cancellation);
            return User;
        }

        using var signedIn = await _http.PostAsJsonAsync("/v1/auth/login", new { handle, password }, cancellation);
        signedIn.EnsureSuccessStatusCode();
        await Remember(signedIn, cancellation);
        return User;
    }

    /// <summary>Exchanges the refresh token.</summary>
    public async Task Refresh(CancellationToken cancellation)
    {
        using var refreshed = await _http.PostAsJsonAsync("/v1/auth/refresh", new { refreshToken = RefreshToken }, cancellation);
        refreshed.EnsureSuccessStatusCode();
        await Remember(refreshed, cancellation);
    }

    /// <summary>Sends a request with a JSON body, or none, and gives the response as it is.</summary>
    /// <param name="method">The verb.</param>
    /// <param name="path">What is asked.</param>
    /// <param name="body">What is sent with it.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <param name="onlyIf">The entity tag that what is changed must still have.</param>
    public Task<HttpResponseMessage> Send(HttpMethod method, string path, object? body, CancellationToken cancellation, string? onlyIf = null)
    {
        var request = new HttpRequestMessage(method, path);
        if (AccessToken.Length > 0) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AccessToken);
        if (body is not null) request.Content = JsonContent.Create(body);
        if (onlyIf is not null) request.Headers.IfMatch.ParseAdd(onlyIf);
        return _http.SendAsync(request, cancellation);
    }

    /// <summary>Sends a request that must succeed and gives its JSON.</summary>
    public async Task<JsonElement> Must(HttpMethod method, string path, object? body, CancellationToken cancellation)
    {
        using var response = await Send(method, path, body, cancellation);
        var text = await response.Content.ReadAsStringAsync(cancellation);
        if (!response.IsSuccessStatusCode) throw new HttpRequestException($"{method} {path}: {(int)response.StatusCode} {text}", null, response.StatusCode);
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    /// <summary>Starts a group, or a direct conversation when there is no title, and gives its id.</summary>
    public async Task<string> Conversation(string? title, IReadOnlyList<string> members, CancellationToken cancellation)
    {
        var body = title is null ? (object)new { kind = "direct", members } : new { kind = "group", title, members };
        return (await Must(HttpMethod.Post, "/v1/conversations", body, cancellation)).GetProperty("id").GetString()!;
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task Remember(HttpResponseMessage response, CancellationToken cancellation)
    {
        var tokens = await response.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        AccessToken = tokens.GetProperty("accessToken").GetString()!;
        RefreshToken = tokens.GetProperty("refreshToken").GetString()!;
        User = tokens.GetProperty("user").GetString()!;
    }
}
