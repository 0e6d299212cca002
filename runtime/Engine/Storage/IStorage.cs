namespace Orleans.Core;

/// <summary>A durable value of one grain.</summary>
public interface IStorage
{
    /// <summary>The version of the value in memory, as its provider writes it; null when nothing is stored.</summary>
    string? Etag { get; }

    /// <summary>Whether a value is stored.</summary>
    bool RecordExists { get; }

    /// <summary>Replaces the value in memory by what is stored, or by a fresh one when nothing is.</summary>
    Task ReadStateAsync();

    /// <summary>Stores the value in memory.</summary>
    /// <exception cref="Orleans.Storage.InconsistentStateException">The stored value changed since it was read.</exception>
    Task WriteStateAsync();

    /// <summary>Clears what is stored, and the value in memory.</summary>
    /// <exception cref="Orleans.Storage.InconsistentStateException">The stored value changed since it was read.</exception>
    Task ClearStateAsync();

    /// <inheritdoc cref="ReadStateAsync()"/>
    Task ReadStateAsync(CancellationToken cancellationToken) => ReadStateAsync();

    /// <inheritdoc cref="WriteStateAsync()"/>
    Task WriteStateAsync(CancellationToken cancellationToken) => WriteStateAsync();

    /// <inheritdoc cref="ClearStateAsync()"/>
    Task ClearStateAsync(CancellationToken cancellationToken) => ClearStateAsync();
}

/// <summary>A durable value of one grain, typed.</summary>
public interface IStorage<TState> : IStorage
{
    /// <summary>The value in memory. It becomes durable by <see cref="IStorage.WriteStateAsync()"/>.</summary>
    TState State { get; set; }
}
