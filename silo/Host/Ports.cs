using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using OrleansSocial.Kernel;

namespace OrleansSocial.Host;

/// <summary>Looks before anything starts whether this node can listen where it is to, and tells all that it cannot at once, with the setting that decides it.</summary>
/// <remarks>What takes a port between the look and the use of it is told by <see cref="Start"/>, less exactly.</remarks>
internal sealed class Ports(IConfiguration configuration, IOptions<NodeOptions> node, IServiceProvider services) : IHostedLifecycleService
{
    /// <inheritdoc/>
    /// <exception cref="StartRefusedException">A port is taken, or the address is not one of this machine's.</exception>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        List<string> faults = [.. Wanted().Select(Fault).OfType<string>()];
        return faults.Count == 0 ? Task.CompletedTask : throw new StartRefusedException(string.Join(Environment.NewLine + "  ", faults));
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private IEnumerable<Place> Wanted()
    {
        foreach (var url in (configuration[WebHostDefaults.ServerUrlsKey] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            if (Http(url) is { } place)
                yield return place;

        if (services.GetService<ILocalSiloDetails>() is null) yield break;
        var silo = services.GetRequiredService<IOptions<EndpointOptions>>().Value;
        yield return new(silo.SiloListeningEndpoint ?? new(silo.AdvertisedIPAddress, silo.SiloPort), "other silos", Setting(nameof(NodeOptions.SiloPort), nameof(NodeOptions.SiloListen), node.Value.SiloListen));
        if (silo.GatewayPort == 0) yield break;
        yield return new(silo.GatewayListeningEndpoint ?? new(silo.AdvertisedIPAddress, silo.GatewayPort), "api nodes", Setting(nameof(NodeOptions.GatewayPort), nameof(NodeOptions.GatewayListen), node.Value.GatewayListen));
    }

    // A port that is shared with others is meant to be taken, and one that the system chooses never is.
    private Place? Http(string url)
    {
        BindingAddress address;
        try
        {
            address = BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            return null; // The server tells what is wrong with it.
        }

        if (address.IsUnixPipe || address.Port == 0 || address.Port == node.Value.SharedPort) return null;
        var ip = IPAddress.TryParse(address.Host.Trim('[', ']'), out var number) ? number : address.Host == "localhost" ? IPAddress.Loopback : IPAddress.IPv6Any;
        return new(new(ip, address.Port), "clients", "--port, --urls or ASPNETCORE_URLS");
    }

    private static string Setting(string port, string listen, string? listens) =>
        $"{NodeOptions.Section}:{(string.IsNullOrEmpty(listens) ? port : listen)}".Replace(":", "__", StringComparison.Ordinal);

    private static string? Fault(Place place)
    {
        try
        {
            using var probe = new Socket(place.Endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (place.Endpoint.Address.Equals(IPAddress.IPv6Any)) probe.DualMode = true;
            probe.Bind(place.Endpoint);
            probe.Listen();
            return null;
        }
        catch (SocketException fault)
        {
            return fault.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse =>
                    $"Something listens at {place.Endpoint} already, where this node is to listen for {place.For}. Stop it, or choose another port ({place.Setting}).",
                SocketError.AddressNotAvailable =>
                    $"{place.Endpoint.Address} is no address of this machine, and this node is to listen at {place.Endpoint} for {place.For}. Choose another one ({place.Setting}).",
                SocketError.AccessDenied =>
                    $"This user may not listen at {place.Endpoint}, where this node is to listen for {place.For}. Choose a port above 1023 ({place.Setting}).",
                _ => null, // Such as a machine without IPv6, where the server listens by IPv4 alone.
            };
        }
    }

    /// <summary>Where this node is to listen.</summary>
    /// <param name="Endpoint">The address.</param>
    /// <param name="For">For whom.</param>
    /// <param name="Setting">What decides it.</param>
    private sealed record Place(IPEndPoint Endpoint, string For, string Setting);
}
