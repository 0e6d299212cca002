using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Bundled;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Runtime;
using Orleans.Runtime.Hosting;
using Orleans.Storage;

namespace Orleans.Hosting;

/// <summary>Storage of grain state in PostgreSQL.</summary>
public static class AdoNetGrainStorageSiloBuilderExtensions
{
    /// <summary>Adds a storage under a name.</summary>
    public static ISiloBuilder AddAdoNetGrainStorage(
        this ISiloBuilder builder, string name, Action<AdoNetGrainStorageOptions> configureOptions) =>
        builder.AddAdoNetGrainStorage(name, (OptionsBuilder<AdoNetGrainStorageOptions> o) => o.Configure(configureOptions));

    /// <summary>Adds a storage under a name.</summary>
    public static ISiloBuilder AddAdoNetGrainStorage(
        this ISiloBuilder builder, string name, Action<OptionsBuilder<AdoNetGrainStorageOptions>>? configureOptions = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        configureOptions?.Invoke(builder.Services.AddOptions<AdoNetGrainStorageOptions>(name));
        builder.Services.AddSingleton<IConfigurationValidator>(services => new Validator(name, Options(services, name)));
        builder.Services.AddGrainStorage(name, static (services, key) => new AdoNetGrainStorage(
            key,
            Options(services, key),
            services.GetRequiredService<IOptions<ClusterOptions>>().Value.ServiceId,
            services.GetRequiredService<IGrainStorageSerializer>(),
            services.GetService<IDurableWriteGuard>(),
            services.GetRequiredService<ILogger<AdoNetGrainStorage>>()));
        return builder;
    }

    /// <summary>Adds the storage of states that name none.</summary>
    public static ISiloBuilder AddAdoNetGrainStorageAsDefault(
        this ISiloBuilder builder, Action<AdoNetGrainStorageOptions> configureOptions) =>
        builder.AddAdoNetGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configureOptions);

    /// <summary>Adds the storage of states that name none.</summary>
    public static ISiloBuilder AddAdoNetGrainStorageAsDefault(
        this ISiloBuilder builder, Action<OptionsBuilder<AdoNetGrainStorageOptions>>? configureOptions = null) =>
        builder.AddAdoNetGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configureOptions);

    private static AdoNetGrainStorageOptions Options(IServiceProvider services, string name) =>
        services.GetRequiredService<IOptionsMonitor<AdoNetGrainStorageOptions>>().Get(name);

    private sealed class Validator(string name, AdoNetGrainStorageOptions options) : IConfigurationValidator
    {
        public void ValidateConfiguration()
        {
            var faults = new Faults($"{nameof(AdoNetGrainStorageOptions)}[{name}]");
            DatabaseChoice.Check(faults, options.Invariant, options.ConnectionString, options.DataSource);
            if (faults.Found.Count > 0)
            {
                throw new OrleansConfigurationException(string.Join(Environment.NewLine, faults.Found));
            }
        }
    }
}
