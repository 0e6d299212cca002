using System.Collections.Concurrent;
using System.Globalization;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Storage;

/// <summary>Keeps states in the memory of this process, as bytes: a stored state shares nothing with the grain's.</summary>
public sealed class MemoryGrainStorage : IGrainStorage
{
    private readonly ConcurrentDictionary<(string State, GrainId Grain), Record> _records = new();
    private readonly IGrainStorageSerializer _serializer;
    private long _lastVersion;

    /// <summary>A storage of that name.</summary>
    public MemoryGrainStorage(string name, MemoryGrainStorageOptions options, IGrainStorageSerializer defaultSerializer)
    {
        ArgumentNullException.ThrowIfNull(options);
        Name = name;
        _serializer = options.GrainStorageSerializer ?? defaultSerializer;
    }

    /// <summary>The name it is registered under.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        if (_records.TryGetValue((stateName, grainId), out var record))
        {
            grainState.State = _serializer.Deserialize<T>(new BinaryData(record.Payload)) ?? Bundled.StateActivator<T>.Create();
            grainState.ETag = record.ETag;
            grainState.RecordExists = true;
        }
        else
        {
            Reset(grainState);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var next = new Record(_serializer.Serialize(grainState.State).ToArray(), NextETag());
        var key = (stateName, grainId);
        var stored = _records.GetValueOrDefault(key);
        CheckVersion(stored, grainState.ETag, stateName, grainId);
        if (stored is null ? !_records.TryAdd(key, next) : !_records.TryUpdate(key, next, stored))
        {
            throw Conflict(_records.GetValueOrDefault(key)?.ETag, grainState.ETag, stateName, grainId);
        }

        grainState.ETag = next.ETag;
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var key = (stateName, grainId);
        if (_records.GetValueOrDefault(key) is { } stored)
        {
            CheckVersion(stored, grainState.ETag, stateName, grainId);
            if (!_records.TryRemove(KeyValuePair.Create(key, stored)))
            {
                throw Conflict(_records.GetValueOrDefault(key)?.ETag, grainState.ETag, stateName, grainId);
            }
        }
        else
        {
            CheckVersion(null, grainState.ETag, stateName, grainId);
        }

        Reset(grainState);
        return Task.CompletedTask;
    }

    private static void Reset<T>(IGrainState<T> grainState)
    {
        grainState.State = Bundled.StateActivator<T>.Create();
        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    private static void CheckVersion(Record? stored, string? etag, string stateName, GrainId grainId)
    {
        if (!string.Equals(stored?.ETag, etag, StringComparison.Ordinal))
        {
            throw Conflict(stored?.ETag, etag, stateName, grainId);
        }
    }

    private static InconsistentStateException Conflict(string? stored, string? current, string stateName, GrainId grainId) =>
        new($"State '{stateName}' of grain {grainId} changed since it was read.", stored, current);

    // Unique over the storage, so that a version from before a clear never matches a value from after it.
    private string NextETag() => Interlocked.Increment(ref _lastVersion).ToString(CultureInfo.InvariantCulture);

    private sealed record Record(byte[] Payload, string ETag);
}
