using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace OrleansSocial.Kernel;

/// <summary>What every slice stands on: the database, the fence, the lease, the clock.</summary>
public static class KernelModule
{
    /// <summary>The name under <c>ConnectionStrings</c> that says where PostgreSQL is.</summary>
    public const string ConnectionName = "Postgres";

    /// <summary>Registers the kernel. The lease is claimed when its hosted service starts, so what prepares the database is registered before.</summary>
    public static IServiceCollection AddKernel(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSliceOptions<DatabaseOptions>(DatabaseOptions.Section);
        services.AddSliceOptions<LeaseOptions>(LeaseOptions.Section);
        services.AddSingleton<WriteFence>();
        services.AddSingleton(provider => new Database(
            provider.GetRequiredService<IConfiguration>().GetConnectionString(ConnectionName)
                ?? throw new StartRefusedException($"ConnectionStrings:{ConnectionName} is not set."),
            provider.GetRequiredService<IOptions<DatabaseOptions>>().Value,
            provider.GetRequiredService<WriteFence>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<SiloLease>();
        services.AddHostedService(provider => provider.GetRequiredService<SiloLease>());
        return services;
    }
}
