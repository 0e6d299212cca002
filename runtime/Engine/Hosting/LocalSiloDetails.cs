using System.Net;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>Who the local silo is.</summary>
    public interface ILocalSiloDetails
    {
        /// <summary>Its name.</summary>
        string Name { get; }

        /// <summary>Its cluster.</summary>
        string ClusterId { get; }

        /// <summary>The name of its machine.</summary>
        string DnsHostName { get; }

        /// <summary>Its address for other silos.</summary>
        SiloAddress SiloAddress { get; }

        /// <summary>Its address for clients; null for none.</summary>
        SiloAddress? GatewayAddress { get; }
    }
}

namespace Orleans.Bundled
{
    internal sealed class LocalSiloDetails : ILocalSiloDetails
    {
        private readonly Lazy<(SiloAddress Silo, SiloAddress? Gateway)> _addresses;

        public LocalSiloDetails(
            IOptions<SiloOptions> silo, IOptions<ClusterOptions> cluster, IOptions<EndpointOptions> endpoints, TimeProvider clock)
        {
            Name = silo.Value.SiloName;
            ClusterId = cluster.Value.ClusterId;
            DnsHostName = Dns.GetHostName();
            _addresses = new(() =>
            {
                var generation = SiloAddress.AllocateGeneration(clock);
                return (SiloAddress.New(endpoints.Value.GetPublicSiloEndpoint(), generation),
                    endpoints.Value.GetPublicProxyEndpoint() is { } gateway ? SiloAddress.New(gateway, generation) : null);
            });
        }

        public string Name { get; }

        public string ClusterId { get; }

        public string DnsHostName { get; }

        public SiloAddress SiloAddress => _addresses.Value.Silo;

        public SiloAddress? GatewayAddress => _addresses.Value.Gateway;
    }
}
