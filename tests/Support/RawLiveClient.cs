using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.Json;
using OrleansSocial.Driver;

namespace OrleansSocial.Support;

/// <summary>A connection to the hub that does what the official client never does: it sends what is no call, and stops reading.</summary>
public sealed class RawLiveClient : IAsyncDisposable
{
    private readonly ManualResetEventSlim _reads;
    private readonly ConcurrentQueue<(string Target, JsonElement Arguments)> _heard = [];
    private LiveSocket _socket = null!;

    private RawLiveClient(bool reads) => _reads = new(reads);

    /// <summary>The code with which the server said it would close, or null.</summary>
    public string? ClosingCode => _heard.Where(h => h.Target == "closing").Select(h => h.Arguments[0].GetString()).FirstOrDefault();

    /// <summary>What the server's close message says of reconnecting; null before it comes.</summary>
    public bool? MayReconnect => _socket.MayReconnect;

    /// <summary>Connects as this person.</summary>
    /// <param name="person">Who.</param>
    /// <param name="reads">False for a client with a small buffer that reads nothing after the server's first call until <see cref="ReadOn"/>.</param>
    public static async Task<RawLiveClient> Connect(Person person, bool reads = true)
    {
        ArgumentNullException.ThrowIfNull(person);
        var client = new RawLiveClient(reads);
        using var handler = new SocketsHttpHandler { ConnectCallback = reads ? null : ConnectWithSmallBuffer };
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        var hub = new UriBuilder(person.Host.Address) { Scheme = "ws", Path = "/v1/live" }.Uri;
        client._socket = await LiveSocket.Connect(hub, person.Tokens.AccessToken, client.Hear, CancellationToken.None, invoker);
        return client;
    }

    /// <summary>Begins to read.</summary>
    public void ReadOn() => _reads.Set();

    /// <summary>Calls the hub with arguments as they are, well formed or not.</summary>
    public Task<JsonElement> Invoke(string method, string arguments) => _socket.InvokeRaw(method, arguments, CancellationToken.None).Soon($"an answer of {method}");

    /// <summary>Sends a frame, whatever it is.</summary>
    public Task SendRaw(string json) => _socket.SendRaw(json, CancellationToken.None);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        ReadOn();
        await _socket.DisposeAsync();
        _reads.Dispose();
    }

    private static async ValueTask<Stream> ConnectWithSmallBuffer(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(context.DnsEndPoint, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    // Holds up the loop that receives, and with it the socket.
    private void Hear(string target, JsonElement arguments)
    {
        _reads.Wait();
        _heard.Enqueue((target, arguments));
    }
}
