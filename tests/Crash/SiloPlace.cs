using OrleansSocial.Driver;

namespace OrleansSocial.Crash;

/// <summary>Where a process runs and listens; the same after each restart.</summary>
/// <param name="Address">Where people reach it.</param>
/// <param name="Member">Where the other silos reach it: address and port.</param>
/// <param name="Arguments">What tells the process so.</param>
/// <param name="On">What stands before its command, where it runs on another host than this.</param>
internal sealed record SiloPlace(Uri Address, string Member, string[] Arguments, string[] On)
{
    private const int HttpPort = 5080;
    private const int SiloPort = 11111;
    private const int PortsInARow = 8;

    /// <summary>Free ports of loopback. Silos behind one address answer alone at the ports after it.</summary>
    public static SiloPlace Loopback()
    {
        var port = FreePort.Find();
        return new(new Uri($"http://127.0.0.1:{FreePort.FindRow(PortsInARow)}"), $"127.0.0.1:{port}", [$"--Social:Node:SiloPort={port}"], []);
    }

    /// <summary>The usual ports of a host of its own.</summary>
    public static SiloPlace At(NetworkHosts hosts, int host) => new(
        new Uri($"http://{hosts.AddressOf(host)}:{HttpPort}"),
        $"{hosts.AddressOf(host)}:{SiloPort}",
        [$"--Social:Node:Address={hosts.AddressOf(host)}", $"--Social:Node:SiloPort={SiloPort}"],
        hosts.On(host));
}
