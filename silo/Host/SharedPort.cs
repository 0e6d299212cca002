using System.Net;
using System.Net.Sockets;
using OrleansSocial.Kernel;

namespace OrleansSocial.Host;

/// <summary>Lets several processes of one user listen at the same port: the system spreads new connections over them.</summary>
internal static class SharedPort
{
    // SO_REUSEPORT of Linux. A program that does not share its port keeps it to itself as ever.
    private const int SocketLevel = 1;
    private const int ReusePort = 15;

    // TCP_USER_TIMEOUT of Linux, which accepted connections take over.
    private const int TcpLevel = 6;
    private const int UserTimeout = 18;

    /// <summary>Binds the socket of one endpoint, shared when it is the port to share. Whoever confirms nothing of what was sent to them for <paramref name="unconfirmedMax"/> is gone.</summary>
    public static Socket Bind(EndPoint endpoint, int port, TimeSpan unconfirmedMax, Func<EndPoint, Socket> exclusive)
    {
        var socket = Bind(endpoint, port, exclusive);
        if (OperatingSystem.IsLinux() && endpoint is IPEndPoint) socket.SetRawSocketOption(TcpLevel, UserTimeout, BitConverter.GetBytes((int)unconfirmedMax.TotalMilliseconds));
        return socket;
    }

    private static Socket Bind(EndPoint endpoint, int port, Func<EndPoint, Socket> exclusive)
    {
        if (port == 0 || endpoint is not IPEndPoint shared || shared.Port != port) return exclusive(endpoint);
        if (!OperatingSystem.IsLinux()) throw new StartRefusedException("Social:Node:SharedPort needs Linux.");

        var socket = new Socket(shared.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (shared.Address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            socket.SetRawSocketOption(SocketLevel, ReusePort, BitConverter.GetBytes(1));
            socket.Bind(shared);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
