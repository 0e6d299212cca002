using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Messaging;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>Gateways as addresses of the web, which is how lists of them are given.</summary>
internal static class Gateways
{
    private const string Scheme = "gwy.tcp";

    /// <summary>The gateway at an endpoint, whichever silo lives there.</summary>
    public static Uri ToUri(IPEndPoint endpoint) => ToUri(SiloAddress.New(endpoint, 0));

    public static Uri ToUri(SiloAddress gateway) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{Scheme}://{gateway.Endpoint}/{gateway.Generation}"));

    /// <summary>The gateway that an address names.</summary>
    /// <exception cref="OrleansConfigurationException">It names none.</exception>
    public static SiloAddress FromUri(Uri uri) =>
        uri.Scheme == Scheme && IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && uri.Port is > 0 and <= ushort.MaxValue
            ? SiloAddress.New(address, uri.Port, int.TryParse(uri.AbsolutePath.Trim('/'), CultureInfo.InvariantCulture, out var generation) ? generation : 0)
            : throw new OrleansConfigurationException($"'{uri}' is no gateway: write it as {Scheme}://ip:port/0.");
}

/// <summary>A list of gateways that never changes.</summary>
internal sealed class StaticGatewayList(IOptions<StaticGatewayListProviderOptions> options) : IGatewayListProvider
{
    public TimeSpan MaxStaleness => Timeout.InfiniteTimeSpan;

    public bool IsUpdatable => false;

    public Task InitializeGatewayListProvider() => options.Value.Gateways.Count > 0
        ? Task.CompletedTask
        : throw new OrleansConfigurationException("StaticGatewayListProviderOptions.Gateways is empty: name at least one gateway.");

    public Task<IList<Uri>> GetGateways() => Task.FromResult<IList<Uri>>([.. options.Value.Gateways]);
}
