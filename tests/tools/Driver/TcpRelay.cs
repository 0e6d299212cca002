using System.Net;
using System.Net.Sockets;

namespace OrleansSocial.Driver;

/// <summary>Stands at a port of loopback and passes bytes on, each new connection to where it is told then.</summary>
public sealed class TcpRelay : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<IPEndPoint?> _next;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private readonly Lock _gate = new();
    private readonly HashSet<(Socket Client, Socket Server, IPEndPoint Target)> _open = [];

    /// <summary>Begins to listen.</summary>
    /// <param name="next">Where a new connection leads; null: nowhere, it is reset.</param>
    public TcpRelay(Func<IPEndPoint?> next)
    {
        _next = next;
        Port = FreePort.Find();
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _accepting = Accept();
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>How long bytes take on their way, in each direction.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Resets every connection to a target.</summary>
    public void Drop(IPEndPoint target)
    {
        lock (_gate)
        {
            foreach (var pair in _open.Where(pair => pair.Target.Equals(target)))
            {
                pair.Client.Close(0);
                pair.Server.Close(0);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        List<IPEndPoint> targets;
        lock (_gate) targets = [.. _open.Select(pair => pair.Target).Distinct()];
        targets.ForEach(Drop);
        _stop.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true) _ = Serve(await _listener.AcceptSocketAsync(_stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The relay is closed.
        }
    }

    private async Task Serve(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        if (_next() is { } target)
        {
            var pair = (client, server, target);
            lock (_gate) _open.Add(pair);
            try
            {
                await server.ConnectAsync(target, _stop.Token);
                await Task.WhenAny(Pump(client, server), Pump(server, client));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Nobody listens there, or the connection was dropped.
            }

            lock (_gate) _open.Remove(pair);
        }

        client.Close(0);
        server.Close(0);
    }

    private async Task Pump(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            for (int count; (count = await from.ReceiveAsync(buffer)) > 0;)
            {
                if (Delay > TimeSpan.Zero)
                {
                    using var way = new PeriodicTimer(Delay);
                    await way.WaitForNextTickAsync(_stop.Token);
                }

                for (var sent = 0; sent < count;) sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Dropped.
        }
    }
}
