using System.Data.Common;

namespace Orleans.Configuration;

/// <summary>A client of a cluster whose membership is kept in PostgreSQL.</summary>
public class AdoNetClusteringClientOptions
{
    /// <summary>The Npgsql connection string. A connection is used only while the client looks for gateways.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// Where connections come from in place of <see cref="ConnectionString"/>; it must be an <c>NpgsqlDataSource</c>. Its owner disposes
    /// it. Exactly one of the two is set.
    /// </summary>
    public DbDataSource? DataSource { get; set; }

    /// <summary>The kind of database. It must be <c>Npgsql</c>.</summary>
    public string Invariant { get; set; } = AdoNetClusteringSiloOptions.DEFAULT_ADONET_INVARIANT;
}
