using Orleans.Serialization;

namespace Orleans.Storage;

/// <summary>States in the versioned binary form in which they also cross calls.</summary>
/// <remarks>
/// Compact, and kept readable by <c>[Id]</c> and <c>[Alias]</c>. Only this runtime reads it: another engine's binary form is its own.
/// </remarks>
public class OrleansGrainStorageSerializer(Serializer serializer) : IGrainStorageSerializer
{
    /// <inheritdoc/>
    public BinaryData Serialize<T>(T? input) => new(serializer.SerializeToArray(input));

    /// <inheritdoc/>
    public T? Deserialize<T>(BinaryData input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return serializer.Deserialize<T?>(input.ToMemory());
    }
}
