using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace OrleansSocial.Kernel;

/// <summary>What every slice stands on: the database, the fence, the clock.</summary>
public static class KernelModule
{
    /// <summary>The name under <c>ConnectionStrings</c> that says where PostgreSQL is.</summary>
    public const string ConnectionName = "Postgres";

    /// <summary>Registers the kernel. The host keeps the lease that the fence carries.</summary>
    public static IServiceCollection AddKernel(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSliceOptions<DatabaseOptions>(DatabaseOptions.Section);

        // Leases go by the clock of the system, whatever clock grains and tests go by.
        services.AddSingleton(_ => new WriteFence(TimeProvider.System));
        services.AddSingleton(provider => new Database(
            provider.GetRequiredService<IConfiguration>().GetConnectionString(ConnectionName)
                ?? throw new StartRefusedException($"ConnectionStrings:{ConnectionName} is not set."),
            provider.GetRequiredService<IOptions<DatabaseOptions>>().Value,
            provider.GetRequiredService<WriteFence>(),
            provider.GetRequiredService<TimeProvider>()));
        return services;
    }
}
