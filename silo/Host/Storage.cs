using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansSocial.Kernel;
using OrleansSocial.Membership;
using OrleansSocial.Migrations;
using OrleansSocial.Postgres;

namespace OrleansSocial.Host;

/// <summary>What stands before the silo may start: PostgreSQL and its tables. Started in this order, stopped in the opposite one.</summary>
internal static class Storage
{
    /// <summary>Registers the database, its migrations, and the kernel over it.</summary>
    /// <exception cref="StartRefusedException">The silo's own PostgreSQL cannot be had.</exception>
    public static void AddStorage(this WebApplicationBuilder builder)
    {
        builder.AddPostgres();
        builder.Services.AddHostedService(provider => ActivatorUtilities.CreateInstance<Migrator>(provider, Path.Combine(AppContext.BaseDirectory, "migrations")));
        NodeIdentity.Register(builder);
        builder.Services.AddKernel(builder.Configuration);
    }

    /// <summary>Registers the client by which a node without grains reaches the silos; it finds them in their database.</summary>
    /// <exception cref="StartRefusedException">It is not said where the database is.</exception>
    public static void AddClusterClient(this WebApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        if (string.IsNullOrWhiteSpace(builder.Configuration.GetConnectionString(KernelModule.ConnectionName)))
        {
            throw new StartRefusedException($"A node without grains finds its silos in their database: set ConnectionStrings__{KernelModule.ConnectionName}.");
        }

        NodeIdentity.Register(builder);
        builder.UseOrleansClient(client => client.UseCluster());
    }

    /// <summary>Registers the PostgreSQL that <c>ConnectionStrings:Postgres</c> names, or else one of this process's own.</summary>
    /// <exception cref="StartRefusedException">One of its own cannot be had.</exception>
    public static void AddPostgres(this IHostApplicationBuilder builder)
    {
        if (string.IsNullOrWhiteSpace(builder.Configuration.GetConnectionString(KernelModule.ConnectionName)))
        {
            if (OperatingSystem.IsWindows())
            {
                throw new StartRefusedException("On Windows the silo brings no PostgreSQL of its own: set ConnectionStrings__Postgres.");
            }

            var folder = PostgresFolder.Open(builder.Configuration[NodeOptions.DataKey] ?? NodeOptions.DataDefault);
            builder.Configuration.AddInMemoryCollection([new($"ConnectionStrings:{KernelModule.ConnectionName}", folder.ConnectionString)]);
            builder.Services.AddSingleton(folder);
            builder.Services.AddHostedService<EmbeddedPostgres>();
        }
    }
}
