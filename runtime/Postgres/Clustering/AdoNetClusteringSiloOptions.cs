using System.Data.Common;

namespace Orleans.Configuration;

/// <summary>A cluster whose membership is kept in PostgreSQL.</summary>
public class AdoNetClusteringSiloOptions
{
    /// <summary>The invariant that <see cref="Invariant"/> has unless it is set; this runtime does not support it.</summary>
    public const string DEFAULT_ADONET_INVARIANT = "Microsoft.Data.SqlClient";

    /// <summary>The Npgsql connection string. Each silo keeps two connections, and opens another one when members change.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// Where connections come from in place of <see cref="ConnectionString"/>; it must be an <c>NpgsqlDataSource</c>. Its owner disposes
    /// it. Exactly one of the two is set. The silo keeps two of its connections, takes two more when members change, and renews no lease
    /// while it finds none.
    /// </summary>
    public DbDataSource? DataSource { get; set; }

    /// <summary>The kind of database. It must be <c>Npgsql</c>.</summary>
    public string Invariant { get; set; } = DEFAULT_ADONET_INVARIANT;
}
