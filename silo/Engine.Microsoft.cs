using Orleans.Configuration;
using OrleansSocial.Kernel;

namespace OrleansSocial.Host;

/// <summary>The Microsoft.Orleans packages.</summary>
internal static class Engine
{
    /// <summary>Membership and grain state in PostgreSQL.</summary>
    /// <remarks>
    /// The packages have no place for a guard in the transaction of a state's write: there, versions alone keep a silo that was
    /// replaced from writing over what came later. The writes of stores are fenced on either engine.
    /// </remarks>
    public static ISiloBuilder UseEngine(this ISiloBuilder silo)
    {
        silo.Configure<ClusterOptions>(cluster =>
        {
            cluster.ServiceId = GrainStorage.Name;
            cluster.ClusterId = GrainStorage.Name;
        });
        silo.ConfigureEndpoints(System.Net.IPAddress.Loopback, EndpointOptions.DEFAULT_SILO_PORT, EndpointOptions.DEFAULT_GATEWAY_PORT);
        silo.UseAdoNetClustering(options => options.Configure<Database>((clustering, database) =>
        {
            clustering.Invariant = "Npgsql";
            clustering.ConnectionString = database.ConnectionString;
        }));
        return silo.AddAdoNetGrainStorage(GrainStorage.Name, options => options.Configure<Database>((storage, database) =>
        {
            storage.Invariant = "Npgsql";
            storage.ConnectionString = database.ConnectionString;
        }));
    }
}
