using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Hosting;

/// <summary>Configures a client of a cluster within a host.</summary>
public interface IClientBuilder
{
    /// <summary>The services of the host.</summary>
    IServiceCollection Services { get; }

    /// <summary>The configuration of the host.</summary>
    IConfiguration Configuration { get; }
}
