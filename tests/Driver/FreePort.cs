using System.Net;
using System.Net.Sockets;

namespace OrleansSocial.Driver;

/// <summary>Ports of this machine that nobody listens on.</summary>
public static class FreePort
{
    /// <summary>One loopback port. Whoever asks next may get it too unless somebody listens there by then.</summary>
    public static int Find() => Find(1)[0];

    /// <summary>As many loopback ports, all different.</summary>
    public static int[] Find(int count)
    {
        // Held together until all are known, so that the system gives each out once.
        var listeners = new TcpListener[count];
        try
        {
            for (var i = 0; i < count; i++) (listeners[i] = new(IPAddress.Loopback, 0)).Start();
            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (var listener in listeners) listener?.Dispose();
        }
    }

    /// <summary>The first of as many loopback ports in a row.</summary>
    public static int FindRow(int count)
    {
        while (true)
        {
            var first = Find();
            if (first + count <= IPEndPoint.MaxPort && Enumerable.Range(first, count).All(IsFree)) return first;
        }
    }

    private static bool IsFree(int port)
    {
        using var probe = new TcpListener(IPAddress.Loopback, port);
        try
        {
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
