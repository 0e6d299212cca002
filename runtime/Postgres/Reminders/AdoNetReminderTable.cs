using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>Keeps reminders in table <c>orleansreminderstable</c> of a PostgreSQL database.</summary>
/// <remarks>
/// The version of a row is the text of an integer that grows by one with each change. A change is one transaction: the guard, if
/// there is one, and one statement. Times are kept in milliseconds.
/// </remarks>
internal sealed class AdoNetReminderTable : IReminderTable, IAsyncDisposable
{
    private const int NameCharsMax = 150;
    private const string Columns = "SELECT grainid, remindername, starttime, period, version FROM orleansreminderstable WHERE serviceid = $1";

    private readonly string _serviceId;
    private readonly IDurableWriteGuard? _guard;
    private readonly NpgsqlDataSource _source;
    private readonly bool _ownsSource;

    public AdoNetReminderTable(
        IOptions<AdoNetReminderTableOptions> options, IOptions<ClusterOptions> cluster, IServiceProvider services)
    {
        _serviceId = cluster.Value.ServiceId;
        _guard = services.GetService<IDurableWriteGuard>();
        _ownsSource = options.Value.DataSource is null;
        _source = (NpgsqlDataSource?)options.Value.DataSource ?? NpgsqlDataSource.Create(options.Value.ConnectionString);
    }

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await using var command = _source.CreateCommand("SELECT current_database(), to_regclass('orleansreminderstable') IS NOT NULL");
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            if (!reader.GetBoolean(1))
            {
                throw new OrleansConfigurationException(
                    $"Reminders are kept in table orleansreminderstable, and database '{reader.GetString(0)}' has none on its search path. "
                    + "Apply the schema script *_orleans_reminders.sql to it before the silo starts.");
            }
        }
        catch (NpgsqlException exception)
        {
            throw new OrleansException($"The reminder service cannot ask its database for its table: {exception.Message}", exception);
        }
    }

    public Task<ReminderTableData> ReadRows(GrainId grainId) => Read($"{Columns} AND grainid = $2", Text(grainId.ToString()));

    public Task<ReminderTableData> ReadRows(uint begin, uint end)
    {
        var (after, upTo) = unchecked(((int)begin, (int)end));
        return Read(
            after < upTo ? $"{Columns} AND grainhash > $2 AND grainhash <= $3" : $"{Columns} AND (grainhash > $2 OR grainhash <= $3)",
            new NpgsqlParameter<int> { TypedValue = after },
            new NpgsqlParameter<int> { TypedValue = upTo });
    }

    public async Task<ReminderEntry> ReadRow(GrainId grainId, string reminderName)
    {
        var rows = await Read($"{Columns} AND grainid = $2 AND remindername = $3", Text(grainId.ToString()), Text(reminderName));
        return rows.Reminders.SingleOrDefault()!;
    }

    public async Task<string> UpsertRow(ReminderEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        CheckLength(entry.GrainId.ToString(), "grain id");
        CheckLength(entry.ReminderName, "name");
        var version = await Change(
            """
            INSERT INTO orleansreminderstable (serviceid, grainid, remindername, starttime, period, grainhash, version)
            VALUES ($1, $2, $3, $4, $5, $6, 0)
            ON CONFLICT (serviceid, grainid, remindername) DO UPDATE
            SET starttime = excluded.starttime, period = excluded.period, grainhash = excluded.grainhash,
                version = orleansreminderstable.version + 1
            RETURNING version
            """,
            entry.ReminderName,
            entry.GrainId,
            new NpgsqlParameter { Value = DateTime.SpecifyKind(entry.StartAt, DateTimeKind.Utc), NpgsqlDbType = NpgsqlDbType.TimestampTz },
            new NpgsqlParameter<long> { TypedValue = (long)entry.Period.TotalMilliseconds },
            new NpgsqlParameter<int> { TypedValue = unchecked((int)entry.GrainId.GetUniformHashCode()) });
        return version!.Value.ToString(CultureInfo.InvariantCulture);
    }

    public async Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag) =>
        int.TryParse(eTag, NumberStyles.Integer, CultureInfo.InvariantCulture, out var version)
        && await Change(
            "DELETE FROM orleansreminderstable WHERE serviceid = $1 AND grainid = $2 AND remindername = $3 AND version = $4 RETURNING version",
            reminderName,
            grainId,
            new NpgsqlParameter<int> { TypedValue = version }) is not null;

    public async Task TestOnlyClearTable()
    {
        await using var command = _source.CreateCommand("DELETE FROM orleansreminderstable WHERE serviceid = $1");
        command.Parameters.Add(Text(_serviceId));
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_ownsSource) await _source.DisposeAsync();
    }

    private static NpgsqlParameter Text(string value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Varchar };

    private static void CheckLength(string text, string what)
    {
        if (text.Length > NameCharsMax)
            throw new ReminderException($"The {what} of a reminder has at most {NameCharsMax} characters, and '{text}' has {text.Length}.");
    }

    private async Task<ReminderTableData> Read(string sql, params NpgsqlParameter[] parameters)
    {
        await using var command = _source.CreateCommand(sql);
        command.Parameters.Add(Text(_serviceId));
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<ReminderEntry>();
        while (await reader.ReadAsync())
        {
            rows.Add(new ReminderEntry
            {
                GrainId = GrainId.Parse(reader.GetString(0)),
                ReminderName = reader.GetString(1),
                StartAt = reader.GetDateTime(2),
                Period = TimeSpan.FromMilliseconds(reader.GetInt64(3)),
                ETag = reader.GetInt32(4).ToString(CultureInfo.InvariantCulture),
            });
        }

        return new ReminderTableData(rows);
    }

    // The first column of the row that came back; null when none did.
    private async Task<int?> Change(string sql, string reminderName, GrainId grainId, params NpgsqlParameter[] parameters)
    {
        var change = new NpgsqlBatchCommand(sql) { Parameters = { Text(_serviceId), Text(grainId.ToString()), Text(reminderName) } };
        foreach (var parameter in parameters) change.Parameters.Add(parameter);
        await using var batch = _source.CreateBatch();
        if (_guard is not null) batch.BatchCommands.Add(_guard.CreateCommand());
        batch.BatchCommands.Add(change);
        try
        {
            await using var reader = await batch.ExecuteReaderAsync();
            if (_guard is not null) await reader.NextResultAsync();
            return await reader.ReadAsync() ? reader.GetInt32(0) : null;
        }
        catch (PostgresException failure) when (_guard?.IsRefusal(failure) == true)
        {
            _guard.OnRefused();
            throw new ReminderException(
                $"Reminder '{reminderName}' of {grainId} was not written: this silo may not write any more.", failure);
        }
    }
}
