using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Bundled;
using Orleans.Configuration;
using Orleans.Messaging;
using Orleans.Runtime;

namespace Orleans.Hosting;

/// <summary>A client of a cluster whose membership is kept in PostgreSQL.</summary>
public static class AdoNetClusteringClientBuilderExtensions
{
    /// <summary>
    /// Finds the gateways of the cluster that <see cref="ClusterOptions.ClusterId"/> names in the PostgreSQL database of its silos.
    /// </summary>
    public static IClientBuilder UseAdoNetClustering(this IClientBuilder builder, Action<AdoNetClusteringClientOptions> configureOptions) =>
        builder.UseAdoNetClustering((OptionsBuilder<AdoNetClusteringClientOptions> options) => options.Configure(configureOptions));

    /// <inheritdoc cref="UseAdoNetClustering(IClientBuilder, Action{AdoNetClusteringClientOptions})"/>
    public static IClientBuilder UseAdoNetClustering(this IClientBuilder builder, Action<OptionsBuilder<AdoNetClusteringClientOptions>> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configureOptions);
        configureOptions(builder.Services.AddOptions<AdoNetClusteringClientOptions>());
        builder.Services.AddSingleton<IConfigurationValidator, Validator>();
        builder.Services.Replace(ServiceDescriptor.Singleton<IGatewayListProvider, PostgresGatewayList>());
        return builder;
    }

    private sealed class Validator(IOptions<AdoNetClusteringClientOptions> options) : IConfigurationValidator
    {
        public void ValidateConfiguration()
        {
            var faults = new Faults(nameof(AdoNetClusteringClientOptions));
            DatabaseChoice.Check(faults, options.Value.Invariant, options.Value.ConnectionString, options.Value.DataSource);
            if (faults.Found.Count > 0) throw new OrleansConfigurationException(string.Join(Environment.NewLine, faults.Found));
        }
    }
}
