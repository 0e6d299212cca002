using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace OrleansSocial.Kernel;

/// <summary>What every slice stands on: the database, the fence, the writer, the clock.</summary>
public static class KernelModule
{
    /// <summary>The name under <c>ConnectionStrings</c> that says where PostgreSQL is.</summary>
    public const string ConnectionName = "Postgres";

    /// <summary>The name under <c>ConnectionStrings</c> of the same PostgreSQL without the pooler that <see cref="ConnectionName"/> goes through.</summary>
    public const string DirectConnectionName = "PostgresDirect";

    /// <summary>Registers the kernel. The host puts the fence up and takes it down.</summary>
    public static IServiceCollection AddKernel(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);

        services.AddSingleton<WriteFence>();
        services.AddSingleton<GroupCommit>();
        services.AddSingleton<Invariants>();

        // Before all other filters, so that it sees what the caller hears.
        if (bool.TryParse(configuration[$"{CheckOptions.Section}:{nameof(CheckOptions.Refusals)}"], out var checks) && checks)
            services.Insert(0, ServiceDescriptor.Singleton<IIncomingGrainCallFilter, AnswerCheck>());

        services.AddSingleton<Horizons>();
        services.AddEvents().AddJobs();
        services.AddSingleton<LogPace>();
        services.AddSingleton<ClusterKey>();
        services.AddHostedService<ClusterKeyReading>();
        services.AddSingleton(provider => new Database(
            provider.GetRequiredService<IConfiguration>().GetConnectionString(ConnectionName)
                ?? throw new StartRefusedException($"ConnectionStrings:{ConnectionName} is not set."),
            provider.GetRequiredService<IOptions<DatabaseOptions>>().Value,
            provider.GetRequiredService<WriteFence>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IConfiguration>().GetConnectionString(DirectConnectionName)));
        return services;
    }
}
