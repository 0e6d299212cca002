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

    /// <summary>Keeps a lease of this silo's own; it starts before the silo and ends after it.</summary>
    public static IServiceCollection AddLease(this IServiceCollection services) => services.AddHostedService<SiloLease>();
}
