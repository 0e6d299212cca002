using System.Data.Common;
using Npgsql;

namespace Orleans.Bundled;

/// <summary>What options say of a database: exactly one of a connection string and a source of connections.</summary>
internal static class DatabaseChoice
{
    /// <summary>Lists what is wrong with it. The connection string stays out of messages, since it may hold a password.</summary>
    public static void Check(Faults faults, string invariant, string connectionString, DbDataSource? dataSource)
    {
        faults.Unless(invariant == "Npgsql", "Invariant", invariant, "it must be 'Npgsql': the database is PostgreSQL.");
        if (dataSource is not null)
        {
            faults.Unless(dataSource is NpgsqlDataSource, "DataSource", dataSource.GetType(), "it must be an NpgsqlDataSource.");
            faults.Unless(connectionString.Length == 0, "ConnectionString", "...", "it must not be set together with DataSource.");
            return;
        }

        try
        {
            var host = new NpgsqlConnectionStringBuilder(connectionString).Host;
            faults.Unless(!string.IsNullOrEmpty(host), "ConnectionString", "...", "it must name a host.");
        }
        catch (ArgumentException exception)
        {
            faults.Unless(false, "ConnectionString", "...", exception.Message);
        }
    }
}
