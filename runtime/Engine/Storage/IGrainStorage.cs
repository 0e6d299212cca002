using Orleans.Runtime;

namespace Orleans
{
    /// <summary>A state on its way between a grain and its storage.</summary>
    public interface IGrainState<T>
    {
        /// <summary>The value.</summary>
        T? State { get; set; }

        /// <summary>The version of the value, as the storage writes it; null when nothing was stored.</summary>
        string? ETag { get; set; }

        /// <summary>Whether a value is stored.</summary>
        bool RecordExists { get; set; }
    }

    /// <summary>A plain holder of a state.</summary>
    public sealed class GrainState<T> : IGrainState<T>
    {
        /// <summary>Holds nothing.</summary>
        public GrainState()
        {
        }

        /// <summary>Holds a value.</summary>
        public GrainState(T state)
            : this(state, null!)
        {
        }

        /// <summary>Holds a value of that version.</summary>
        public GrainState(T state, string eTag)
        {
            State = state;
            ETag = eTag;
        }

        /// <inheritdoc/>
        public T? State { get; set; }

        /// <inheritdoc/>
        public string? ETag { get; set; }

        /// <inheritdoc/>
        public bool RecordExists { get; set; }
    }
}

namespace Orleans.Storage
{
    /// <summary>Keeps states of grains. Register one with <c>services.AddGrainStorage(name, factory)</c>.</summary>
    /// <remarks>
    /// A write or clear succeeds only if the version in <see cref="IGrainState{T}.ETag"/> is the stored one; null means that nothing
    /// is stored. Otherwise it throws <see cref="InconsistentStateException"/> and changes nothing. On success the holder has the
    /// new version.
    /// </remarks>
    public interface IGrainStorage
    {
        /// <summary>Fills the holder with what is stored: value, version and whether there is one. A missing state is a fresh value.</summary>
        Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);

        /// <summary>Stores the holder's value.</summary>
        /// <exception cref="InconsistentStateException">The stored version is another one.</exception>
        Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);

        /// <summary>Removes what is stored, and leaves a fresh value in the holder.</summary>
        /// <exception cref="InconsistentStateException">The stored version is another one.</exception>
        Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);
    }

    /// <summary>Turns states into what a storage keeps, and back.</summary>
    public interface IGrainStorageSerializer
    {
        /// <summary>The bytes of a value.</summary>
        BinaryData Serialize<T>(T? input);

        /// <summary>The value of bytes that <see cref="Serialize{T}"/> made.</summary>
        T? Deserialize<T>(BinaryData input);
    }

    /// <summary>Options of a storage that lets its serializer be chosen.</summary>
    public interface IStorageProviderSerializerOptions
    {
        /// <summary>The serializer; that of the container when it is not set.</summary>
        IGrainStorageSerializer GrainStorageSerializer { get; set; }
    }
}
