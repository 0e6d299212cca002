using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using Orleans.Bundled;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Storage;

/// <summary>Keeps states of grains in table <c>orleansstorage</c> of a PostgreSQL database.</summary>
/// <remarks>
/// The version of a state is the text of an integer that grows by one with each write or clear. Every change is one round trip and
/// one transaction: the guard, if there is one, and one statement that compares the version and writes. The class of the grain is
/// not part of what identifies a row: state names are unique per class.
/// </remarks>
public sealed partial class AdoNetGrainStorage : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>, IAsyncDisposable
{
    private static readonly Meter s_meter = new("Orleans.Bundled.Postgres");
    private static readonly Counter<long> s_refused = s_meter.CreateCounter<long>(
        "orleans-storage-writes-refused", "{write}", "Writes of grain state that the database refused because this silo may not write any more.");

    private readonly AdoNetGrainStorageOptions _options;
    private readonly string _serviceId;
    private readonly IGrainStorageSerializer _serializer;
    private readonly IDurableWriteGuard? _guard;
    private readonly ILogger _logger;
    private readonly NpgsqlDataSource _source;
    private readonly bool _ownsSource;

    internal AdoNetGrainStorage(
        string name,
        AdoNetGrainStorageOptions options,
        string serviceId,
        IGrainStorageSerializer serializer,
        IDurableWriteGuard? guard,
        ILogger<AdoNetGrainStorage> logger)
    {
        Name = name;
        _options = options;
        _serviceId = serviceId;
        _serializer = options.GrainStorageSerializer ?? serializer;
        _guard = guard;
        _logger = logger;
        _ownsSource = options.DataSource is null;
        _source = (NpgsqlDataSource?)options.DataSource ?? NpgsqlDataSource.Create(WithPreparedStatements(options.ConnectionString));
    }

    /// <summary>The name it is registered under.</summary>
    public string Name { get; }

    void ILifecycleParticipant<ISiloLifecycle>.Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe($"storage {Name}", _options.InitStage, CheckTable);

    /// <inheritdoc/>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        await using var command = _source.CreateCommand(StorageSql.Read);
        AddKey(command.Parameters, stateName, grainId);
        await using var reader = await command.ExecuteReaderAsync();
        if (!await reader.ReadAsync())
        {
            Reset(grainState, null);
            return;
        }

        var version = reader.IsDBNull(1) ? null : Text(reader.GetInt32(1));
        if (reader.IsDBNull(0))
        {
            Reset(grainState, version);
            return;
        }

        grainState.State = _serializer.Deserialize<T>(new BinaryData(reader.GetFieldValue<byte[]>(0))) ?? StateActivator<T>.Create();
        grainState.ETag = version;
        grainState.RecordExists = true;
    }

    /// <inheritdoc/>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var version = Version(grainState.ETag);
        var command = new NpgsqlBatchCommand(version is null ? StorageSql.Insert : StorageSql.Update);
        AddKey(command.Parameters, stateName, grainId);
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = _serializer.Serialize(grainState.State).ToMemory(),
            NpgsqlDbType = NpgsqlDbType.Bytea,
        });
        if (version is { } expected)
        {
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = expected });
        }

        grainState.ETag = await Change(command, stateName, grainId, grainState.ETag);
        grainState.RecordExists = true;
    }

    /// <inheritdoc/>
    /// <remarks>A holder that knows of no stored state reads first, and clears what it finds.</remarks>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        if (grainState.ETag is null)
        {
            await ReadStateAsync(stateName, grainId, grainState);
        }

        if (Version(grainState.ETag) is not { } expected)
        {
            Reset(grainState, null);
            return;
        }

        var command = new NpgsqlBatchCommand(_options.DeleteStateOnClear ? StorageSql.Delete : StorageSql.Clear);
        AddKey(command.Parameters, stateName, grainId);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = expected });
        var version = await Change(command, stateName, grainId, grainState.ETag);
        Reset(grainState, _options.DeleteStateOnClear ? null : version);
    }

    /// <summary>Closes the connections, where the pool is the storage's own.</summary>
    public ValueTask DisposeAsync() => _ownsSource ? _source.DisposeAsync() : ValueTask.CompletedTask;

    private static void Reset<T>(IGrainState<T> grainState, string? version)
    {
        grainState.State = StateActivator<T>.Create();
        grainState.ETag = version;
        grainState.RecordExists = false;
    }

    // A storage has seven statements; preparing them saves their parsing with every call. An explicit setting wins, since some
    // connection poolers cannot pass prepared statements.
    private static string WithPreparedStatements(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (!settings.Keys.Cast<string>().Contains("Max Auto Prepare", StringComparer.OrdinalIgnoreCase))
        {
            settings.MaxAutoPrepare = 20;
            settings.AutoPrepareMinUsages = 2;
        }

        return settings.ConnectionString;
    }

    private static string Text(int version) => version.ToString(CultureInfo.InvariantCulture);

    private static int? Version(string? etag) => etag is null ? null
        : int.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version
        : throw new ArgumentException($"'{etag}' is no version of this storage.", nameof(etag));

    private async Task<string> Change(NpgsqlBatchCommand change, string stateName, GrainId grainId, string? etag)
    {
        // Without an explicit transaction the commands of a batch are one transaction: all or nothing.
        await using var batch = _source.CreateBatch();
        if (_guard is not null)
        {
            batch.BatchCommands.Add(_guard.CreateCommand());
        }

        batch.BatchCommands.Add(change);
        try
        {
            await using var reader = await batch.ExecuteReaderAsync();
            if (_guard is not null)
            {
                await reader.NextResultAsync();
            }

            return await reader.ReadAsync()
                ? Text(reader.GetInt32(0))
                : throw new InconsistentStateException(
                    $"State '{stateName}' of grain {grainId} changed since it was read at version {etag ?? "none"}.", null, etag);
        }
        catch (PostgresException failure) when (_guard?.IsRefusal(failure) == true)
        {
            _guard.OnRefused();
            s_refused.Add(1);
            LogRefused(stateName, grainId);
            throw new InconsistentStateException(
                $"State '{stateName}' of grain {grainId} was not written: this silo may not write any more.", null, etag, failure);
        }
    }

    private void AddKey(NpgsqlParameterCollection parameters, string stateName, GrainId grainId)
    {
        var key = StorageKey.Of(grainId.Key);
        parameters.Add(new NpgsqlParameter<int> { TypedValue = key.Hash });
        parameters.Add(new NpgsqlParameter<int> { TypedValue = StorageKey.HashOfName(stateName) });
        parameters.Add(new NpgsqlParameter<long> { TypedValue = key.N0 });
        parameters.Add(new NpgsqlParameter<long> { TypedValue = key.N1 });
        parameters.Add(new NpgsqlParameter { Value = key.Extension ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Varchar });
        parameters.Add(new NpgsqlParameter<string> { TypedValue = stateName, NpgsqlDbType = NpgsqlDbType.Varchar });
        parameters.Add(new NpgsqlParameter<string> { TypedValue = _serviceId, NpgsqlDbType = NpgsqlDbType.Varchar });
    }

    private async Task CheckTable(CancellationToken cancellationToken)
    {
        try
        {
            await FindTable(cancellationToken);
        }
        catch (NpgsqlException exception)
        {
            throw new OrleansException($"Storage '{Name}' cannot ask its database for its table: {exception.Message}", exception);
        }
    }

    private async Task FindTable(CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand(StorageSql.CheckTable);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var database = reader.GetString(0);
        if (!reader.GetBoolean(1))
        {
            throw new OrleansConfigurationException(
                $"Storage '{Name}' keeps grain state in table orleansstorage, and database '{database}' has none on its search path. "
                + "Apply the schema script *_grain_state.sql to it before the silo starts.");
        }

        if (!reader.GetBoolean(2))
        {
            throw new OrleansConfigurationException(
                $"Table orleansstorage of database '{database}' has no unique index over its key columns, so that two activations could "
                + "both insert a state. Create index orleansstorage_key as the schema script *_grain_state.sql does.");
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The database refused to write state {State} of grain {Grain}: this silo may not write any more.")]
    private partial void LogRefused(string state, GrainId grain);
}
