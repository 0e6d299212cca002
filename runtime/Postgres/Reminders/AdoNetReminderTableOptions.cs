using System.Data.Common;

namespace Orleans.Configuration;

/// <summary>Reminders in PostgreSQL.</summary>
public class AdoNetReminderTableOptions
{
    /// <summary>The kind of database. It must be <c>Npgsql</c>.</summary>
    public string Invariant { get; set; } = AdoNetGrainStorageOptions.DEFAULT_ADONET_INVARIANT;

    /// <summary>The Npgsql connection string, from which the table makes a pool of its own.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// A pool to use in place of <see cref="ConnectionString"/>; it must be an <c>NpgsqlDataSource</c>. Its owner disposes it.
    /// Exactly one of the two is set.
    /// </summary>
    public DbDataSource? DataSource { get; set; }
}
