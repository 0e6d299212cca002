using OrleansSocial.Kernel;
using OrleansSocial.Leases;

namespace OrleansSocial.Host;

/// <summary>The Microsoft.Orleans packages.</summary>
internal static class Engine
{
    /// <summary>Membership, grain state and reminders in PostgreSQL.</summary>
    /// <remarks>
    /// The packages have no place for a guard in the transaction of a state's write: there, versions alone keep a silo that was
    /// replaced from writing over what came later. The writes of stores are fenced on either engine, here by a lease beside the membership.
    /// </remarks>
    public static ISiloBuilder UseEngine(this ISiloBuilder silo) => silo
        .UseNode()
        .RefuseCertificate()
        .UseAdoNetClustering(options => options.Configure<Database>((clustering, database) =>
        {
            clustering.Invariant = "Npgsql";
            clustering.ConnectionString = database.ConnectionString;
        }))
        .AddAdoNetGrainStorage(GrainStorage.Name, options => options.Configure<Database>((storage, database) =>
        {
            storage.Invariant = "Npgsql";
            storage.GrainStorageSerializer = new StateSerializer();
            storage.ConnectionString = database.ConnectionString;
        }))
        .UseAdoNetReminderService(options => options.Configure<Database>((reminders, database) =>
        {
            reminders.Invariant = "Npgsql";
            reminders.ConnectionString = database.ConnectionString;
        }));

    /// <summary>Finds the silos of the cluster in their database.</summary>
    public static IClientBuilder UseEngine(this IClientBuilder client) => client
        .UseNode()
        .RefuseCertificate()
        .UseAdoNetClustering(options =>
        {
            options.Invariant = "Npgsql";
            options.ConnectionString = client.Configuration.GetConnectionString(KernelModule.ConnectionName) ?? "";
        });

    /// <summary>Keeps a lease of this silo's own; it starts before the silo and ends after it.</summary>
    public static IServiceCollection AddLease(this IServiceCollection services) => services.AddHostedService<SiloLease>();

    // Encryption is a package of its own, which this build does not reference; nobody is to believe that it is on.
    private static ISiloBuilder RefuseCertificate(this ISiloBuilder silo)
    {
        RefuseCertificate(silo.Configuration);
        return silo;
    }

    private static IClientBuilder RefuseCertificate(this IClientBuilder client)
    {
        RefuseCertificate(client.Configuration);
        return client;
    }

    private static void RefuseCertificate(IConfiguration configuration)
    {
        if (NodeCertificate.Load(configuration) is not null)
            throw new StartRefusedException("Connections between nodes are not encrypted on this engine: leave Social:Node:Certificate and Social:Node:Authority out, or use the bundled one.");
    }
}
