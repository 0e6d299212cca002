using System.Globalization;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>A stored state in memory, and its version.</summary>
[GenerateSerializer, Immutable, Alias("sys.MemoryRecord")]
internal sealed record MemoryRecord([property: Id(0)] byte[] Payload, [property: Id(1)] string ETag);

/// <summary>What a change of a stored state came to: its new version, or the version that stood in its way.</summary>
[GenerateSerializer, Immutable, Alias("sys.MemoryChange")]
internal readonly record struct MemoryChange([property: Id(0)] bool IsConflict, [property: Id(1)] string? ETag);

/// <summary>Names one state in memory.</summary>
[GenerateSerializer, Immutable, Alias("sys.MemoryKey")]
internal readonly record struct MemoryKey([property: Id(0)] string Storage, [property: Id(1)] string State, [property: Id(2)] GrainId Grain);

/// <summary>Holds the states of memory storages. Key: the address of the silo whose memory it is.</summary>
[Alias("sys.IMemoryStorageGrain")]
internal interface IMemoryStorageGrain : IGrainWithStringKey
{
    /// <summary>The state, or null when there is none.</summary>
    [AlwaysInterleave]
    Task<MemoryRecord?> Read(MemoryKey key);

    /// <summary>Stores a state if its version is still the expected one; null expects none.</summary>
    [AlwaysInterleave]
    Task<MemoryChange> Write(MemoryKey key, [Immutable] byte[] payload, string? expected);

    /// <summary>Removes a state if its version is still the expected one; null expects none.</summary>
    [AlwaysInterleave]
    Task<MemoryChange> Clear(MemoryKey key, string? expected);
}

/// <inheritdoc cref="IMemoryStorageGrain"/>
/// <remarks>It never ends while its silo runs, since what it holds would end with it.</remarks>
[GrainType("sys.memorystorage"), SiloKeyPlacement, KeepAlive]
internal sealed class MemoryStorageGrain : IMemoryStorageGrain, IGrainBase
{
    private readonly Dictionary<MemoryKey, MemoryRecord> _records = [];
    private long _lastVersion;

    public MemoryStorageGrain(IGrainContext context) => GrainContext = context;

    public IGrainContext GrainContext { get; }

    public Task<MemoryRecord?> Read(MemoryKey key) => Task.FromResult(_records.GetValueOrDefault(key));

    public Task<MemoryChange> Write(MemoryKey key, [Immutable] byte[] payload, string? expected)
    {
        var stored = _records.GetValueOrDefault(key)?.ETag;
        if (!string.Equals(stored, expected, StringComparison.Ordinal)) return Task.FromResult(new MemoryChange(true, stored));

        // Unique over the storage, so that a version from before a clear never matches a value from after it.
        var next = (++_lastVersion).ToString(CultureInfo.InvariantCulture);
        _records[key] = new MemoryRecord(payload, next);
        return Task.FromResult(new MemoryChange(false, next));
    }

    public Task<MemoryChange> Clear(MemoryKey key, string? expected)
    {
        var stored = _records.GetValueOrDefault(key)?.ETag;
        if (!string.Equals(stored, expected, StringComparison.Ordinal)) return Task.FromResult(new MemoryChange(true, stored));
        _records.Remove(key);
        return Task.FromResult(new MemoryChange(false, null));
    }
}
