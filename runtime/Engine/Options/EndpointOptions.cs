using System.Net;

namespace Orleans.Configuration;

/// <summary>Where a silo listens, and what it tells others about that.</summary>
public class EndpointOptions
{
    /// <summary>The port for other silos unless it is set.</summary>
    public const int DEFAULT_SILO_PORT = 11111;

    /// <summary>The port for clients unless it is set.</summary>
    public const int DEFAULT_GATEWAY_PORT = 30000;

    /// <summary>The address that others reach this silo at; chosen at start when it is not set.</summary>
    public IPAddress? AdvertisedIPAddress { get; set; }

    /// <summary>The port for other silos.</summary>
    public int SiloPort { get; set; } = DEFAULT_SILO_PORT;

    /// <summary>The port for clients; 0 for none.</summary>
    public int GatewayPort { get; set; } = DEFAULT_GATEWAY_PORT;

    /// <summary>Where to listen for other silos, when that is not the advertised address.</summary>
    public IPEndPoint? SiloListeningEndpoint { get; set; }

    /// <summary>Where to listen for clients, when that is not the advertised address.</summary>
    public IPEndPoint? GatewayListeningEndpoint { get; set; }

    /// <summary>The advertised endpoint for other silos.</summary>
    internal IPEndPoint GetPublicSiloEndpoint() => new(AdvertisedIPAddress ?? IPAddress.Loopback, SiloPort);

    /// <summary>The advertised endpoint for clients; null for none.</summary>
    internal IPEndPoint? GetPublicProxyEndpoint() =>
        GatewayPort == 0 ? null : new IPEndPoint(AdvertisedIPAddress ?? IPAddress.Loopback, GatewayPort);
}
