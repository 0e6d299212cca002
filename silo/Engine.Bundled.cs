using Npgsql;
using Orleans.Bundled;
using OrleansSocial.Kernel;

namespace OrleansSocial.Host;

/// <summary>The runtime of this repository.</summary>
internal static class Engine
{
    /// <summary>One silo, with grain state in PostgreSQL under the write fence.</summary>
    public static ISiloBuilder UseEngine(this ISiloBuilder silo)
    {
        silo.UseLocalhostClustering(serviceId: "social", clusterId: "social");
        silo.Services.AddSingleton<IDurableWriteGuard, FenceGuard>();
        silo.AddAdoNetGrainStorage(GrainStorage.Name, storage => storage.Configure<Database>((options, database) =>
        {
            options.Invariant = "Npgsql";
            options.DataSource = database.Source;
        }));
        return silo;
    }

    /// <summary>Puts the fence in front of every write of grain state.</summary>
    private sealed class FenceGuard(WriteFence fence) : IDurableWriteGuard
    {
        public NpgsqlBatchCommand CreateCommand() => fence.Guard();

        public bool IsRefusal(PostgresException failure) => WriteFence.IsRefusal(failure);

        public void OnRefused() => fence.CountRefused();
    }
}
