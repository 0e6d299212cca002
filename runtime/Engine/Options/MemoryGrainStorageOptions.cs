using Orleans.Storage;

namespace Orleans.Configuration;

/// <summary>A storage in the memory of the process.</summary>
public class MemoryGrainStorageOptions : IStorageProviderSerializerOptions
{
    /// <summary>The stage of the silo at which the storage is ready. <see cref="ServiceLifecycleStage.ApplicationServices"/> by default.</summary>
    public int InitStage { get; set; } = ServiceLifecycleStage.ApplicationServices;

    /// <inheritdoc/>
    public IGrainStorageSerializer GrainStorageSerializer { get; set; } = null!;
}
