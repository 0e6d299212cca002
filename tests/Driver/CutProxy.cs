using System.Net;
using System.Net.Sockets;

namespace OrleansSocial.Driver;

/// <summary>Stands before a port of this machine and passes bytes on, until it is told to cut: then nothing passes until it heals.</summary>
public sealed class CutProxy : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly int _target;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private readonly Lock _gate = new();
    private readonly HashSet<Socket> _open = [];
    private bool _cut;

    /// <summary>Listens at one port and leads to another.</summary>
    public CutProxy(int port, int target)
    {
        _target = target;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _accepting = Accept();
    }

    /// <summary>How many connections are open.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _open.Count / 2;
        }
    }

    /// <summary>Resets every connection, and every new one as soon as it comes.</summary>
    public void Cut() => Drop(cut: true);

    /// <summary>Resets every connection; new ones pass.</summary>
    public void Reset() => Drop(cut: false);

    /// <summary>Lets new connections pass again.</summary>
    public void Heal()
    {
        lock (_gate) _cut = false;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        Cut();
        _stop.Dispose();
    }

    private void Drop(bool cut)
    {
        lock (_gate)
        {
            _cut = cut;
            foreach (var socket in _open) socket.Close(0);
            _open.Clear();
        }
    }

    private async Task Accept()
    {
        try
        {
            while (true) _ = Serve(await _listener.AcceptSocketAsync(_stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The proxy is closed.
        }
    }

    private async Task Serve(Socket client)
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
            lock (_gate)
            {
                if (_cut) return;
                _open.UnionWith([client, server]);
            }

            await Task.WhenAny(Pump(client, server), Pump(server, client));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // Nobody listens there.
        }
        finally
        {
            lock (_gate) _open.ExceptWith([client, server]);
            client.Close(0);
            server.Close(0);
        }
    }

    private static async Task Pump(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            for (int count; (count = await from.ReceiveAsync(buffer)) > 0;)
                for (var sent = 0; sent < count;) sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }
}
