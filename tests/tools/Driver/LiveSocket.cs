using System.Buffers;
using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace OrleansSocial.Driver;

/// <summary>One SignalR connection, spoken by hand: WebSocket transport, JSON protocol, no negotiation.</summary>
/// <remarks>
/// It holds no reconnect logic: who drives it decides what a lost connection means. Completions resolve
/// <see cref="Invoke"/>; calls from the server go to the given callback on the receiving loop, in order.
/// </remarks>
public sealed class LiveSocket : IAsyncDisposable
{
    private const byte Separator = 0x1e;
    private static readonly byte[] s_ping = Encoding.UTF8.GetBytes("{\"type\":6}\u001e");
    private static readonly byte[] s_handshake = Encoding.UTF8.GetBytes("{\"protocol\":\"json\",\"version\":1}\u001e");

    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _pending = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly Action<string, JsonElement> _called;
    private Task _receiving = Task.CompletedTask;
    private int _lastId;

    private LiveSocket(Action<string, JsonElement> called) => _called = called;

    /// <summary>Completes when the connection is gone, whatever the cause.</summary>
    public Task Ended => _receiving;

    /// <summary>What the server's close message says of reconnecting; null before it comes.</summary>
    public bool? MayReconnect { get; private set; }

    /// <summary>Connects and shakes hands.</summary>
    /// <param name="hub">Address of the hub, <c>ws://</c>.</param>
    /// <param name="accessToken">Bearer token, or null for a hub without sign-in.</param>
    /// <param name="called">Gets every call of the server: method and arguments.</param>
    /// <param name="cancellation">Gives up connecting.</param>
    /// <param name="transport">Makes the connection, when it is to be of a special kind.</param>
    public static async Task<LiveSocket> Connect(
        Uri hub, string? accessToken, Action<string, JsonElement> called, CancellationToken cancellation, HttpMessageInvoker? transport = null)
    {
        var live = new LiveSocket(called);
        try
        {
            live._socket.Options.KeepAliveInterval = TimeSpan.Zero;
            if (accessToken is not null) live._socket.Options.SetRequestHeader("Authorization", $"Bearer {accessToken}");
            await live._socket.ConnectAsync(hub, transport, cancellation);
            await live._socket.SendAsync(s_handshake, WebSocketMessageType.Text, true, cancellation);
            var shaken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            live._receiving = live.Receive(shaken);
            await shaken.Task.WaitAsync(cancellation);
            return live;
        }
        catch
        {
            await live.DisposeAsync();
            throw;
        }
    }

    /// <summary>Calls a hub method and returns its result.</summary>
    /// <exception cref="HubFailedException">The hub answered with an error.</exception>
    /// <exception cref="IOException">The connection ended before the answer came; whether the call took effect is not known.</exception>
    public Task<JsonElement> Invoke(string method, CancellationToken cancellation, params object?[] arguments)
        => InvokeRaw(method, JsonSerializer.Serialize(arguments, JsonSerializerOptions.Web), cancellation);

    /// <summary>Calls a hub method with arguments as they are, well formed or not.</summary>
    public async Task<JsonElement> InvokeRaw(string method, string arguments, CancellationToken cancellation)
    {
        var id = Interlocked.Increment(ref _lastId);
        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[id] = answer;
        try
        {
            await Send(id, method, arguments, cancellation);
            if (_receiving.IsCompleted) throw new IOException("The connection has ended.");
            return await answer.Task.WaitAsync(cancellation);
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or InvalidOperationException)
        {
            throw new IOException("The connection has ended.", e);
        }
        finally
        {
            _pending.TryRemove(id, out _);
        }
    }

    /// <summary>Sends a frame as it is. On a connection that has ended it does nothing.</summary>
    public async Task SendRaw(string json, CancellationToken cancellation)
    {
        try
        {
            await Write(Encoding.UTF8.GetBytes(json + (char)Separator), cancellation);
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or InvalidOperationException)
        {
            // What became of the connection is told elsewhere.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        _socket.Dispose();
        await _receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _sending.Dispose();
    }

    private async Task Send(int id, string method, string arguments, CancellationToken cancellation)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("type", 1);
            json.WriteString("invocationId", id.ToString(System.Globalization.CultureInfo.InvariantCulture));
            json.WriteString("target", method);
            json.WritePropertyName("arguments");
            json.WriteRawValue(arguments, skipInputValidation: true);
            json.WriteEndObject();
        }

        buffer.Write([Separator]);
        await Write(buffer.WrittenMemory, cancellation);
    }

    private async Task Write(ReadOnlyMemory<byte> frame, CancellationToken cancellation)
    {
        await _sending.WaitAsync(cancellation);
        try
        {
            await _socket.SendAsync(frame, WebSocketMessageType.Text, true, cancellation);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task Receive(TaskCompletionSource shaken)
    {
        var buffer = new byte[16 * 1024];
        var filled = 0;
        try
        {
            while (true)
            {
                if (filled == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
                var read = await _socket.ReceiveAsync(buffer.AsMemory(filled), CancellationToken.None);
                if (read.MessageType == WebSocketMessageType.Close) break;
                filled += read.Count;
                filled = await TakeMessages(buffer, filled, shaken);
            }
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or OperationCanceledException or IOException)
        {
            // A lost connection is an ordinary end; the pending calls say so below.
        }
        finally
        {
            shaken.TrySetException(new IOException("The connection ended during the handshake."));
            _ = shaken.Task.Exception;
            foreach (var (_, answer) in _pending) answer.TrySetException(new IOException("The connection ended before the answer came."));
        }
    }

    private async Task<int> TakeMessages(byte[] buffer, int filled, TaskCompletionSource shaken)
    {
        var start = 0;
        while (buffer.AsSpan(start, filled - start).IndexOf(Separator) is >= 0 and var length)
        {
            using (var message = JsonDocument.Parse(buffer.AsMemory(start, length)))
            {
                if (Take(message.RootElement, shaken)) await Write(s_ping, CancellationToken.None);
            }

            start += length + 1;
        }

        buffer.AsSpan(start, filled - start).CopyTo(buffer);
        return filled - start;
    }

    /// <summary>Handles one message; true when a ping is owed in return.</summary>
    private bool Take(JsonElement message, TaskCompletionSource shaken)
    {
        if (!message.TryGetProperty("type", out var type))
        {
            if (message.TryGetProperty("error", out var error)) shaken.TrySetException(new HubFailedException(error.GetString()!));
            else shaken.TrySetResult();
            return false;
        }

        switch (type.GetInt32())
        {
            case 1:
                _called(message.GetProperty("target").GetString()!, message.GetProperty("arguments").Clone());
                return false;
            case 3:
                Complete(message);
                return false;
            case 6:
                return true;
            case 7:
                MayReconnect = message.TryGetProperty("allowReconnect", out var may) && may.GetBoolean();
                throw new IOException("The hub closed the connection.");
            default:
                return false;
        }
    }

    private void Complete(JsonElement message)
    {
        var id = int.Parse(message.GetProperty("invocationId").GetString()!, System.Globalization.CultureInfo.InvariantCulture);
        if (!_pending.TryRemove(id, out var answer)) return;
        if (message.TryGetProperty("error", out var error)) answer.TrySetException(new HubFailedException(error.GetString()!));
        else answer.TrySetResult(message.TryGetProperty("result", out var result) ? result.Clone() : default);
    }
}

/// <summary>The hub answered a call with an error.</summary>
public sealed class HubFailedException : Exception
{
    /// <summary>An error without words.</summary>
    public HubFailedException()
    {
    }

    /// <summary>The hub's words.</summary>
    public HubFailedException(string message)
        : base(message)
    {
    }

    /// <summary>The hub's words and a cause.</summary>
    public HubFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
