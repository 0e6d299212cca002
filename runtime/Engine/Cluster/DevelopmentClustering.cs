using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Configuration
{
    /// <summary>A cluster for development, whose membership is in the memory of one silo.</summary>
    public class DevelopmentClusterMembershipOptions
    {
        /// <summary>Where the silo listens that keeps the membership; the cluster ends with it. Null, or this silo's own endpoint, for this one.</summary>
        public IPEndPoint? PrimarySiloEndpoint { get; set; }
    }
}

namespace Orleans.Bundled
{
    internal static class DevelopmentClustering
    {
        /// <summary>Has the primary silo keep the membership in its memory, and the others ask it.</summary>
        public static void AddTo(IServiceCollection services, string name)
        {
            services.AddSingleton(new ClusteringChoice(name, null));
            services.AddSingleton<IMembershipStore>(static s =>
            {
                var own = s.GetRequiredService<IOptions<EndpointOptions>>().Value.GetPublicSiloEndpoint();
                return s.GetRequiredService<IOptions<DevelopmentClusterMembershipOptions>>().Value.PrimarySiloEndpoint is { } primary && !primary.Equals(own)
                    ? new RemoteMembershipStore(SiloAddress.New(primary, 0), s.GetRequiredService<IClusterNetwork>)
                    : new MemoryMembershipStore(ClusterServices.Clock(s));
            });
        }
    }
}
