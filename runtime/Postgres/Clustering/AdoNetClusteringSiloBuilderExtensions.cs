using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Bundled;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Hosting;

/// <summary>A cluster whose membership is kept in PostgreSQL.</summary>
public static class AdoNetClusteringSiloBuilderExtensions
{
    /// <summary>
    /// Makes the silo a member of the cluster that <see cref="ClusterOptions.ClusterId"/> names in a PostgreSQL database. States of grains
    /// in the same database are written only while the silo's lease stands.
    /// </summary>
    public static ISiloBuilder UseAdoNetClustering(this ISiloBuilder builder, Action<AdoNetClusteringSiloOptions> configureOptions) =>
        builder.UseAdoNetClustering((OptionsBuilder<AdoNetClusteringSiloOptions> options) => options.Configure(configureOptions));

    /// <inheritdoc cref="UseAdoNetClustering(ISiloBuilder, Action{AdoNetClusteringSiloOptions})"/>
    public static ISiloBuilder UseAdoNetClustering(this ISiloBuilder builder, Action<OptionsBuilder<AdoNetClusteringSiloOptions>> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configureOptions);
        var services = builder.Services;
        configureOptions(services.AddOptions<AdoNetClusteringSiloOptions>());
        services.AddSingleton(new ClusteringChoice(nameof(UseAdoNetClustering), null));
        services.AddSingleton<IConfigurationValidator, Validator>();
        services.AddSingleton<IMembershipStore>(CreateStore);
        services.TryAddSingleton<LeaseWriteGuard>();
        services.TryAddSingleton<IDurableWriteGuard>(s => s.GetRequiredService<LeaseWriteGuard>());
        services.AddSingleton<ISiloLeaseObserver>(s => s.GetRequiredService<LeaseWriteGuard>());
        return builder;
    }

    private static PostgresMembershipStore CreateStore(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<AdoNetClusteringSiloOptions>>().Value;
        return new PostgresMembershipStore(
            services.GetRequiredService<IOptions<ClusterOptions>>().Value.ClusterId,
            options.DataSource is null ? options.ConnectionString : null,
            (NpgsqlDataSource?)options.DataSource,
            services.GetRequiredService<IOptions<SiloLeaseOptions>>().Value.LeaseDuration / 3,
            ClusterServices.Clock(services),
            services.GetRequiredService<ILogger<PostgresMembershipStore>>());
    }

    private sealed class Validator(IOptions<AdoNetClusteringSiloOptions> options) : IConfigurationValidator
    {
        public void ValidateConfiguration()
        {
            var faults = new Faults(nameof(AdoNetClusteringSiloOptions));
            DatabaseChoice.Check(faults, options.Value.Invariant, options.Value.ConnectionString, options.Value.DataSource);
            if (faults.Found.Count > 0) throw new OrleansConfigurationException(string.Join(Environment.NewLine, faults.Found));
        }
    }
}
