using System.Net.Http.Headers;
using System.Text;
using OrleansSocial.Driver;

namespace OrleansSocial.Benchmarks.Attacks;

/// <summary>Somebody with one account, one address and the limits of everybody, who does what no client does.</summary>
internal sealed class Attacker(Uri address, Uri hub, ApiClient api) : IAsyncDisposable
{
    private static readonly string s_oversized = $"{{\"type\":1,\"target\":\"Send\",\"arguments\":[\"{new string('x', 100_000)}\"]}}";

    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 64 }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
    private readonly List<IAsyncDisposable> _held = [];
    private readonly SemaphoreSlim _one = new(1, 1);
    private LiveSocket? _socket;

    /// <summary>A room with hundreds of people whose admin this person is.</summary>
    public string Room { get; set; } = "";

    /// <summary>Reads the documents that everybody may read.</summary>
    public Task ReadDocument(CancellationToken stop) => Discard(new(HttpMethod.Get, "/openapi/v1.json"), stop);

    /// <summary>Sends what is no JSON.</summary>
    public Task SendNonsense(CancellationToken stop) =>
        Discard(new(HttpMethod.Post, "/v1/conversations") { Content = new StringContent("{\"kind\":[[[[", Encoding.UTF8, "application/json") }, stop);

    /// <summary>Changes the title of the room, which hundreds are told.</summary>
    public Task Retitle(long number, CancellationToken stop) =>
        Discard(new(HttpMethod.Patch, $"/v1/conversations/{Room}") { Content = new StringContent($"{{\"title\":\"Room {number}\"}}", Encoding.UTF8, "application/json") }, stop);

    /// <summary>Sends a frame that is no call, on a connection that is opened again when it ends.</summary>
    public async Task SendFrame(CancellationToken stop) => await (await Socket(stop)).SendRaw("{\"type\":1,\"target\":\"Nothing\",\"arguments\":[{}]}", stop);

    /// <summary>Sends a frame that is larger than any may be, again and again.</summary>
    public async Task SendOversized(CancellationToken stop) => await (await Socket(stop)).SendRaw(s_oversized, stop);

    /// <summary>Opens a connection and keeps it.</summary>
    public async Task Connect(CancellationToken stop) => Keep(await LiveSocket.Connect(hub, api.AccessToken, static (_, _) => { }, stop));

    /// <summary>Opens an event stream of all that ever was and reads nothing of it.</summary>
    public async Task OpenStream(CancellationToken stop)
    {
        var response = await _http.SendAsync(Signed(new(HttpMethod.Get, "/v1/events/stream")), HttpCompletionOption.ResponseHeadersRead, stop);
        Keep(new Held(response));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var held in _held) await held.DisposeAsync();
        if (_socket is not null) await _socket.DisposeAsync();
        _http.Dispose();
        _one.Dispose();
    }

    private async Task Discard(HttpRequestMessage request, CancellationToken stop)
    {
        using var response = await _http.SendAsync(Signed(request), stop);
        await response.Content.CopyToAsync(Stream.Null, stop);
    }

    private HttpRequestMessage Signed(HttpRequestMessage request)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", api.AccessToken);
        return request;
    }

    private async Task<LiveSocket> Socket(CancellationToken stop)
    {
        await _one.WaitAsync(stop);
        try
        {
            if (_socket is { Ended.IsCompleted: false }) return _socket;
            if (_socket is not null) await _socket.DisposeAsync();
            return _socket = await LiveSocket.Connect(hub, api.AccessToken, static (_, _) => { }, stop);
        }
        finally
        {
            _one.Release();
        }
    }

    private void Keep(IAsyncDisposable held)
    {
        lock (_held) _held.Add(held);
    }

    private sealed class Held(HttpResponseMessage response) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            response.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
