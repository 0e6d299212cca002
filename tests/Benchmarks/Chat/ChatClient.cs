using OrleansSocial.Driver;

namespace OrleansSocial.Benchmarks.Chat;

/// <summary>One connection of the load, whatever it speaks.</summary>
internal abstract class ChatClient : IAsyncDisposable
{
    /// <summary>Sends a text to a room; ends when it is acknowledged.</summary>
    /// <exception cref="InvalidOperationException">The server refused it.</exception>
    public abstract Task Send(string room, string key, string text, CancellationToken cancellation);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}

/// <summary>A connection to a hub: ours, or that of the plain SignalR server, which answers the same calls.</summary>
internal sealed class HubClient(LiveSocket socket) : ChatClient
{
    /// <summary>The connection.</summary>
    public LiveSocket Socket => socket;

    /// <inheritdoc/>
    public override async Task Send(string room, string key, string text, CancellationToken cancellation)
    {
        var answer = await socket.Invoke("Send", cancellation, room, key, text);
        if (answer.TryGetProperty("refusal", out var refusal)) throw new InvalidOperationException($"Refused under load: {refusal}");
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => socket.DisposeAsync();
}

/// <summary>A connection to the Socket.IO server.</summary>
internal sealed class SocketIoClient(SocketIoConnection connection) : ChatClient
{
    /// <summary>The connection.</summary>
    public SocketIoConnection Connection => connection;

    /// <inheritdoc/>
    public override async Task Send(string room, string key, string text, CancellationToken cancellation)
    {
        var answer = await connection.Emit("send", cancellation, room, key, text);
        if (answer.TryGetProperty("refusal", out var refusal)) throw new InvalidOperationException($"Refused under load: {refusal}");
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => connection.DisposeAsync();
}
