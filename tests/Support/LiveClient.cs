using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace OrleansSocial.Support;

/// <summary>A connection to the hub that speaks the JSON protocol by hand and keeps everything that it hears, in order.</summary>
public sealed class LiveClient : IAsyncDisposable
{
    private const byte Separator = 0x1e;

    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<JsonElement>> _calls = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly Lock _gate = new();
    private readonly List<(string Target, JsonElement Argument)> _heard = [];
    private readonly TaskCompletionSource _read = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _receiving = Task.CompletedTask;
    private int _lastId;

    private LiveClient()
    {
    }

    /// <summary>Everything the server called, in order: target and its one argument.</summary>
    public IReadOnlyList<(string Target, JsonElement Argument)> Heard
    {
        get
        {
            lock (_gate) return [.. _heard];
        }
    }

    /// <summary>The events heard, in order.</summary>
    public IEnumerable<JsonElement> Events => Heard.Where(h => h.Target == "event").Select(h => h.Argument);

    /// <summary>The texts of the messages heard, in order.</summary>
    public IEnumerable<string> Texts => Events.Where(e => e.GetProperty("type").GetString() == "message.created").Select(e => e.GetProperty("data").GetProperty("text").GetString()!);

    /// <summary>The positions heard, in order.</summary>
    public IEnumerable<string> Positions => Heard.Where(h => h.Target == "position").Select(h => h.Argument.GetString()!);

    /// <summary>The code with which the server said it would close, or null.</summary>
    public string? ClosingCode => Heard.Where(h => h.Target == "closing").Select(h => h.Argument.GetString()).FirstOrDefault();

    /// <summary>What the server's close message says of reconnecting; null before it comes.</summary>
    public bool? MayReconnect { get; private set; }

    /// <summary>Completes when the connection is gone.</summary>
    public Task Ended => _receiving;

    /// <summary>Connects as this person.</summary>
    /// <param name="person">Who.</param>
    /// <param name="reads">False for a client that reads nothing after the handshake until <see cref="ReadOn"/>.</param>
    /// <param name="query">What the address carries beside its path.</param>
    public static async Task<LiveClient> Connect(Person person, bool reads = true, string query = "")
    {
        ArgumentNullException.ThrowIfNull(person);
        var client = new LiveClient();
        client._socket.Options.SetRequestHeader("Authorization", $"Bearer {person.Tokens.AccessToken}");
        using var handler = new SocketsHttpHandler { ConnectCallback = reads ? null : ConnectWithSmallBuffer };
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        await client._socket.ConnectAsync(new UriBuilder(person.Host.Address) { Scheme = "ws", Path = "/v1/live", Query = query }.Uri, invoker, CancellationToken.None);
        await client.Write("""{"protocol":"json","version":1}"""u8.ToArray());
        var shaken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        client._receiving = client.Receive(shaken);
        await shaken.Task;
        if (reads) client.ReadOn();
        return client;
    }

    /// <summary>Connects and subscribes until there is nothing more; events of the catch-up count as heard.</summary>
    public static async Task<LiveClient> Subscribed(Person person, string? cursor = null)
    {
        var client = await Connect(person);
        await client.CatchUp(cursor);
        return client;
    }

    /// <summary>Begins to read.</summary>
    public void ReadOn() => _read.TrySetResult();

    /// <summary>Subscribes until there is nothing more. Returns every answer, the last of which holds the cursor.</summary>
    public async Task<IReadOnlyList<JsonElement>> CatchUp(string? cursor)
    {
        var answers = new List<JsonElement>();
        do
        {
            var answer = (await Invoke("Subscribe", cursor)).GetProperty("value");
            answers.Add(answer);
            cursor = answer.GetProperty("cursor").GetString();
            lock (_gate) _heard.AddRange(answer.GetProperty("events").EnumerateArray().Select(e => ("event", e)));
        }
        while (answers[^1].GetProperty("more").GetBoolean());
        return answers;
    }

    /// <summary>Calls the hub and returns its answer: <c>value</c> or <c>refusal</c>.</summary>
    public Task<JsonElement> Invoke(string method, params object?[] arguments)
        => InvokeRaw(method, JsonSerializer.Serialize(arguments, SocialJson.Options));

    /// <summary>Calls the hub with arguments as they are, well formed or not.</summary>
    public async Task<JsonElement> InvokeRaw(string method, string arguments)
    {
        var id = Interlocked.Increment(ref _lastId).ToString(CultureInfo.InvariantCulture);
        var call = _calls[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await Write(Encoding.UTF8.GetBytes($$"""{"type":1,"invocationId":"{{id}}","target":{{JsonSerializer.Serialize(method)}},"arguments":{{arguments}}}"""));
        return await call.Task.Soon($"an answer of {method}");
    }

    /// <summary>Calls the hub; the code of its refusal, or null when it accepted.</summary>
    public async Task<string?> RefusalOf(string method, params object?[] arguments) => Code(await Invoke(method, arguments));

    /// <summary>The code of a refusal, or null when the answer is a value.</summary>
    public static string? Code(JsonElement answer)
        => answer.TryGetProperty("refusal", out var refusal) ? refusal.GetProperty("code").GetString() : null;

    /// <summary>Sends a text and returns its number.</summary>
    public async Task<long> Send(Guid conversation, string text, string? key = null)
    {
        var answer = await Invoke("Send", conversation, key ?? Guid.NewGuid().ToString("N"), text);
        Assert.True(answer.TryGetProperty("value", out var receipt), answer.ToString());
        return receipt.GetProperty("seq").GetInt64();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        ReadOn();
        await _receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _socket.Dispose();
        _sending.Dispose();
    }

    private static async ValueTask<Stream> ConnectWithSmallBuffer(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(context.DnsEndPoint, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private async Task Write(byte[] message)
    {
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync((byte[])[.. message, Separator], WebSocketMessageType.Text, true, CancellationToken.None);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task Receive(TaskCompletionSource shaken)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        try
        {
            while (true)
            {
                if (shaken.Task.IsCompleted) await _read.Task;
                var read = await _socket.ReceiveAsync(buffer.GetMemory(4096), CancellationToken.None);
                if (read.MessageType == WebSocketMessageType.Close) break;
                buffer.Advance(read.Count);
                if (!read.EndOfMessage || buffer.WrittenSpan.LastIndexOf(Separator) != buffer.WrittenCount - 1) continue;
                foreach (var message in Encoding.UTF8.GetString(buffer.WrittenSpan).Split((char)Separator, StringSplitOptions.RemoveEmptyEntries))
                    Take(JsonSerializer.Deserialize<JsonElement>(message), shaken);
                buffer.ResetWrittenCount();
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // A cut connection is an end like another; calls without an answer say so.
        }
        finally
        {
            shaken.TrySetException(new IOException("The connection ended during the handshake."));
            foreach (var (_, call) in _calls) call.TrySetException(new IOException("The connection ended before the answer."));
        }
    }

    private void Take(JsonElement message, TaskCompletionSource shaken)
    {
        if (!message.TryGetProperty("type", out var type))
        {
            if (message.TryGetProperty("error", out var error)) shaken.TrySetException(new IOException(error.GetString()));
            shaken.TrySetResult();
            return;
        }

        switch (type.GetInt32())
        {
            case 1:
                lock (_gate) _heard.Add((message.GetProperty("target").GetString()!, message.GetProperty("arguments")[0]));
                break;
            case 3 when _calls.TryRemove(message.GetProperty("invocationId").GetString()!, out var call):
                if (message.TryGetProperty("error", out var failed)) call.TrySetException(new IOException(failed.GetString()));
                else call.TrySetResult(message.GetProperty("result"));
                break;
            case 7:
                MayReconnect ??= message.TryGetProperty("allowReconnect", out var may) && may.GetBoolean();
                break;
        }
    }
}
