using System.Net;
using System.Net.Sockets;

namespace OrleansSocial.Driver;

/// <summary>Loopback ports that nobody listens on. None is given out twice by one process.</summary>
/// <remarks>They lie below those that the system gives to outgoing connections, which would otherwise take them in between.</remarks>
public static class FreePort
{
    private const int Lowest = 15_000;
    private const int Highest = 29_999;

    private static readonly Lock s_gate = new();
    private static int s_next = Random.Shared.Next(Lowest, Highest);

    /// <summary>One port.</summary>
    public static int Find() => FindRow(1);

    /// <summary>As many ports, all different.</summary>
    public static int[] Find(int count) => [.. Enumerable.Range(0, count).Select(_ => Find())];

    /// <summary>The first of as many ports in a row.</summary>
    public static int FindRow(int count)
    {
        lock (s_gate)
        {
            while (true)
            {
                if (s_next + count > Highest) s_next = Lowest;
                var first = s_next;
                s_next += count;
                if (Enumerable.Range(first, count).All(IsFree)) return first;
            }
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
