using Npgsql;

namespace OrleansSocial.Kernel;

/// <summary>Statements of a store that only read.</summary>
internal static class DatabaseReads
{
    /// <summary>Every row of a result.</summary>
    /// <exception cref="DatabaseUnavailableException">PostgreSQL cannot be reached.</exception>
    public static Task<List<T>> All<T>(
        this Database database, string sql, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, T> read, CancellationToken cancellation = default) => database.Use(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(sql, connection);
            command.Parameters.AddRange(parameters);
            await using var row = await command.ExecuteReaderAsync(token);
            var all = new List<T>();
            while (await row.ReadAsync(token)) all.Add(read(row));
            return all;
        },
        cancellation);

    /// <summary>The first row of a result; the default when there is none.</summary>
    /// <exception cref="DatabaseUnavailableException">PostgreSQL cannot be reached.</exception>
    public static async Task<T?> First<T>(
        this Database database, string sql, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, T> read, CancellationToken cancellation = default) =>
        (await database.All(sql, parameters, read, cancellation)).FirstOrDefault();
}
