using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace OrleansSocial.Chat;

/// <summary>Stands between a writer and PostgreSQL, and cuts connections at a chosen moment.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private Task _accepting = Task.CompletedTask;
    private int _port;
    private int _answersToLose;
    private int _requestsToLose;

    /// <summary>The same database, by way of the proxy.</summary>
    public string Through(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        _port = settings.Port;
        _listener.Start();
        settings.Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = Accept();
        return settings.ConnectionString;
    }

    /// <summary>The next answer is lost with its connection: what was asked for is done, and the asker does not know.</summary>
    public void LoseNextAnswer() => Interlocked.Increment(ref _answersToLose);

    /// <summary>The next request is lost with its connection: nothing of it is done, and the asker does not know.</summary>
    public void LoseNextRequest() => Interlocked.Increment(ref _requestsToLose);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true) _ = Serve(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The proxy is closed.
        }
    }

    private async Task Serve(TcpClient client)
    {
        using var server = new TcpClient { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _port, _stop.Token);
                var forth = Pump(client.GetStream(), server.GetStream(), () => Take(ref _requestsToLose));
                var back = Pump(server.GetStream(), client.GetStream(), () => Take(ref _answersToLose));
                await Task.WhenAny(forth, back);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // A cut connection ends here.
            }
        }
    }

    private async Task Pump(NetworkStream from, NetworkStream to, Func<bool> lose)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int count;
            while ((count = await from.ReadAsync(buffer, _stop.Token)) > 0 && !lose())
                await to.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The other side was cut.
        }
    }

    private static bool Take(ref int count)
    {
        while (Volatile.Read(ref count) is var now and > 0)
        {
            if (Interlocked.CompareExchange(ref count, now - 1, now) == now) return true;
        }

        return false;
    }
}
