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
        silo.Services.AddSingleton<IDurableWriteGuard, FenceGuard>();
        return silo
            .UseLocalhostClustering(serviceId: GrainStorage.Name, clusterId: GrainStorage.Name)
            .AddAdoNetGrainStorage(GrainStorage.Name, options => options.Configure<Database>((storage, database) =>
            {
                storage.Invariant = "Npgsql";
                storage.DataSource = database.Source;
            }));
    }

    /// <summary>Puts the fence in front of every write of grain state.</summary>
    private sealed class FenceGuard(WriteFence fence) : IDurableWriteGuard
    {
        public NpgsqlBatchCommand CreateCommand() => fence.Guard();

        public bool IsRefusal(PostgresException failure) => WriteFence.IsRefusal(failure);

        public void OnRefused() => fence.CountRefused();
    }
}
