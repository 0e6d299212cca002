using System.Data.Common;
using Orleans.Storage;

namespace Orleans.Configuration;

/// <summary>Storage of grain state in PostgreSQL.</summary>
public class AdoNetGrainStorageOptions : IStorageProviderSerializerOptions
{
    /// <summary>The invariant that <see cref="Invariant"/> has unless it is set; this runtime does not support it.</summary>
    public const string DEFAULT_ADONET_INVARIANT = "Microsoft.Data.SqlClient";

    /// <summary>The stage of the silo at which the storage is ready unless <see cref="InitStage"/> is set.</summary>
    public const int DEFAULT_INIT_STAGE = ServiceLifecycleStage.ApplicationServices;

    /// <summary>The Npgsql connection string, from which the storage makes a pool of its own.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// A pool to use in place of <see cref="ConnectionString"/>; it must be an <c>NpgsqlDataSource</c>. Its owner disposes it.
    /// Exactly one of the two is set.
    /// </summary>
    public DbDataSource? DataSource { get; set; }

    /// <summary>The kind of database. It must be <c>Npgsql</c>.</summary>
    public string Invariant { get; set; } = DEFAULT_ADONET_INVARIANT;

    /// <summary>Whether clearing a state deletes its row. False by default: the row stays, without content, and keeps its version.</summary>
    public bool DeleteStateOnClear { get; set; }

    /// <summary>The stage of the silo at which the storage checks its table.</summary>
    public int InitStage { get; set; } = DEFAULT_INIT_STAGE;

    /// <summary>Turns states into the bytes of a row; that of the container when it is not set.</summary>
    public IGrainStorageSerializer GrainStorageSerializer { get; set; } = null!;
}
