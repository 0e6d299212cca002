using Orleans.Bundled;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Storage;

/// <summary>
/// Keeps states as bytes in the memory of the silo that has been a member of the cluster for longest: all silos see the same
/// states, and they are lost when that silo ends. A stored state shares nothing with the grain's.
/// </summary>
public sealed class MemoryGrainStorage : IGrainStorage
{
    private readonly IGrainStorageSerializer _serializer;
    private readonly IServiceProvider _services;

    /// <summary>A storage of that name.</summary>
    public MemoryGrainStorage(
        string name, MemoryGrainStorageOptions options, IServiceProvider services, IGrainStorageSerializer defaultSerializer)
    {
        ArgumentNullException.ThrowIfNull(options);
        Name = name;
        _serializer = options.GrainStorageSerializer ?? defaultSerializer;
        _services = services;
    }

    /// <summary>The name it is registered under.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        if (await Holder().Read(new MemoryKey(Name, stateName, grainId)) is { } record)
        {
            grainState.State = _serializer.Deserialize<T>(new BinaryData(record.Payload)) ?? StateActivator<T>.Create();
            grainState.ETag = record.ETag;
            grainState.RecordExists = true;
        }
        else
        {
            Reset(grainState);
        }
    }

    /// <inheritdoc/>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var payload = _serializer.Serialize(grainState.State).ToArray();
        var change = await Holder().Write(new MemoryKey(Name, stateName, grainId), payload, grainState.ETag);
        if (change.IsConflict) throw Conflict(change.ETag, grainState.ETag, stateName, grainId);
        grainState.ETag = change.ETag;
        grainState.RecordExists = true;
    }

    /// <inheritdoc/>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var change = await Holder().Clear(new MemoryKey(Name, stateName, grainId), grainState.ETag);
        if (change.IsConflict) throw Conflict(change.ETag, grainState.ETag, stateName, grainId);
        Reset(grainState);
    }

    private static void Reset<T>(IGrainState<T> grainState)
    {
        grainState.State = StateActivator<T>.Create();
        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    private static InconsistentStateException Conflict(string? stored, string? current, string stateName, GrainId grainId) =>
        new($"State '{stateName}' of grain {grainId} changed since it was read.", stored, current);

    private IMemoryStorageGrain Holder() => SiloGrains.OfOldest<IMemoryStorageGrain>(_services);
}
