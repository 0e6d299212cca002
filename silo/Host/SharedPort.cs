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

    /// <summary>Binds the socket of one endpoint, shared when it is the port to share.</summary>
    public static Socket Bind(EndPoint endpoint, int port, Func<EndPoint, Socket> exclusive)
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
