using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace OrleansSocial.Benchmarks.Chat;

/// <summary>One Socket.IO connection, spoken by hand: Engine.IO 4 over a WebSocket, the default namespace, JSON.</summary>
/// <remarks>
/// It is made as <see cref="Driver.LiveSocket"/> is: the same WebSocket, buffers, parser and completions. So a message costs the load generator about the same
/// whichever server it drives, and what differs between them is theirs.
/// Packets: <c>0{…}</c> opens and tells the ping interval, <c>40</c> joins the namespace, <c>2</c> is answered by <c>3</c>, <c>42</c>N<c>[name, …]</c> is an event
/// that wants the acknowledgement <c>43</c>N<c>[…]</c>.
/// </remarks>
internal sealed class SocketIoConnection : IAsyncDisposable
{
    private static readonly byte[] s_join = "40"u8.ToArray();
    private static readonly byte[] s_pong = "3"u8.ToArray();

    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _pending = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<string, JsonElement> _heard;
    private Task _receiving = Task.CompletedTask;
    private int _lastId;

    private SocketIoConnection(Action<string, JsonElement> heard) => _heard = heard;

    /// <summary>Connects and joins the default namespace.</summary>
    /// <param name="server">Address of the server.</param>
    /// <param name="heard">Gets every event: its name, and all of it as a list.</param>
    /// <param name="cancellation">Gives up connecting.</param>
    public static async Task<SocketIoConnection> Connect(Uri server, Action<string, JsonElement> heard, CancellationToken cancellation)
    {
        var connection = new SocketIoConnection(heard);
        try
        {
            connection._socket.Options.KeepAliveInterval = TimeSpan.Zero;
            await connection._socket.ConnectAsync(new UriBuilder(server) { Scheme = "ws", Path = "/socket.io/", Query = "EIO=4&transport=websocket" }.Uri, cancellation);
            connection._receiving = connection.Receive();
            await connection._joined.Task.WaitAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Emits an event and gives the first value of its acknowledgement.</summary>
    /// <exception cref="IOException">The connection ended before it came.</exception>
    public async Task<JsonElement> Emit(string name, CancellationToken cancellation, params object?[] arguments)
    {
        var id = Interlocked.Increment(ref _lastId);
        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[id] = answer;
        try
        {
            var packet = new ArrayBufferWriter<byte>(256);
            packet.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"42{id}")));
            using (var json = new Utf8JsonWriter(packet)) JsonSerializer.Serialize(json, (object?[])[name, .. arguments], JsonSerializerOptions.Web);
            await Write(packet.WrittenMemory, cancellation);
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

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        _socket.Dispose();
        await _receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _sending.Dispose();
    }

    private async Task Write(ReadOnlyMemory<byte> packet, CancellationToken cancellation)
    {
        await _sending.WaitAsync(cancellation);
        try
        {
            await _socket.SendAsync(packet, WebSocketMessageType.Text, true, cancellation);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task Receive()
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
                if (!read.EndOfMessage) continue;
                if (Take(buffer.AsMemory(0, filled)) is { } owed) await Write(owed, CancellationToken.None);
                filled = 0;
            }
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or OperationCanceledException or IOException)
        {
            // A lost connection is an ordinary end; the pending calls say so below.
        }
        finally
        {
            _joined.TrySetException(new IOException("The connection ended before it had joined."));
            _ = _joined.Task.Exception;
            foreach (var (_, answer) in _pending) answer.TrySetException(new IOException("The connection ended before the answer came."));
        }
    }

    /// <summary>Handles one packet; gives what is owed in return.</summary>
    private byte[]? Take(ReadOnlyMemory<byte> packet)
    {
        switch (packet.Span)
        {
            case [(byte)'0', ..]:
                return s_join;
            case [(byte)'2', ..]:
                return s_pong;
            case [(byte)'4', (byte)'0', ..]:
                _joined.TrySetResult();
                return null;
            case [(byte)'4', (byte)'2' or (byte)'3', ..]:
                var start = packet.Span.IndexOf((byte)'[');
                using (var list = JsonDocument.Parse(packet[start..]))
                {
                    if (packet.Span[1] == '2') _heard(list.RootElement[0].GetString()!, list.RootElement.Clone());
                    else if (_pending.TryRemove(int.Parse(packet.Span[2..start], CultureInfo.InvariantCulture), out var answer)) answer.TrySetResult(list.RootElement[0].Clone());
                }

                return null;
            default:
                return null;
        }
    }
}
