using Npgsql;
using OrleansSocial.Kernel;

namespace OrleansSocial.Migrations;

/// <summary>Brings the database to the version of this program before anything uses it.</summary>
/// <remarks>Invariants:
/// 1. Nodes that start together apply each file once: an advisory lock is held throughout.
/// 2. A file is applied whole or not at all, and is recorded in the same transaction.
/// 3. Forward only: an applied file never changes, and no file comes before one that is applied.
/// A database that is ahead of this program is taken as it is, so that the old and the new version may run together.</remarks>
internal sealed partial class Migrator(Database database, string folder, ILogger<Migrator> log) : IHostedService
{
    private const long LockKey = 0x4D494752; // "MIGR"

    /// <inheritdoc/>
    /// <exception cref="StartRefusedException">A file does not fit what was applied, or fails.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var migrations = Migration.Read(folder);
        await using var connection = await database.OpenOwn(cancellationToken);
        await Execute(connection, $"SELECT pg_advisory_lock({LockKey})", cancellationToken, patient: true);
        await Execute(
            connection,
            """
            CREATE TABLE IF NOT EXISTS social_migrations (
                number     integer     PRIMARY KEY,
                name       text        NOT NULL,
                checksum   text        NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
            )
            """,
            cancellationToken);
        var applied = await Applied(connection, cancellationToken);
        Check(migrations, applied);
        foreach (var migration in migrations.Where(migration => !applied.ContainsKey(migration.Number)))
        {
            await Apply(connection, migration, cancellationToken);
            LogApplied(migration.Name);
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static void Check(IReadOnlyList<Migration> migrations, Dictionary<int, string> applied)
    {
        var newest = applied.Count == 0 ? 0 : applied.Keys.Max();
        foreach (var migration in migrations)
        {
            if (applied.TryGetValue(migration.Number, out var checksum))
            {
                if (checksum != migration.Checksum)
                {
                    throw new StartRefusedException($"The migration {migration.Name} is not the one that this database was made with. Put the file back as it was, and write a new one for the change.");
                }
            }
            else if (migration.Number < newest)
            {
                throw new StartRefusedException($"The migration {migration.Name} comes before number {newest:D4}, which is applied already. Give it a higher number.");
            }
        }
    }

    private static async Task<Dictionary<int, string>> Applied(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var applied = new Dictionary<int, string>();
        await using var command = new NpgsqlCommand("SELECT number, checksum FROM social_migrations", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            applied.Add(reader.GetInt32(0), reader.GetString(1));
        }

        return applied;
    }

    private static async Task Apply(NpgsqlConnection connection, Migration migration, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        try
        {
            await Execute(connection, migration.Sql, cancellation, patient: true);
        }
        catch (PostgresException fault) when (!DatabaseUnavailableException.Describes(fault))
        {
            throw new StartRefusedException($"The migration {migration.Name} failed: {fault.MessageText} (SQLSTATE {fault.SqlState}{(fault.Where is null ? "" : $", {fault.Where}")}).", fault);
        }

        await using var record = new NpgsqlCommand("INSERT INTO social_migrations (number, name, checksum) VALUES ($1, $2, $3)", connection)
        {
            Parameters = { new() { Value = migration.Number }, new() { Value = migration.Name }, new() { Value = migration.Checksum } },
        };
        await record.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    // Another node may be at it, and a large table takes its time: no limit then.
    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken cancellation, bool patient = false)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        if (patient)
        {
            command.CommandTimeout = 0;
        }

        await command.ExecuteNonQueryAsync(cancellation);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Applied the migration {Name}")]
    private partial void LogApplied(string name);
}
