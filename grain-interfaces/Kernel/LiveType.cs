namespace OrleansSocial.Kernel;

/// <summary>A type of live event that is declared beside the records it carries. A client passes over a type that it does not know.</summary>
/// <param name="name">Such as <c>message.created</c>; kept for ever.</param>
/// <param name="data">The record that comes with it.</param>
/// <remarks>For what is told from a slice's own tables, or never stored. What is in the log of events is named by its <see cref="ToldAttribute"/>.</remarks>
public abstract class LiveType(string name, Type data)
{
    /// <summary>As clients read it.</summary>
    public string Name => name;

    /// <summary>The record that comes with it.</summary>
    public Type Data => data;
}

/// <inheritdoc/>
public sealed class LiveType<T>(string name) : LiveType(name, typeof(T))
    where T : class
{
    /// <summary>The numbers of a topic have no gaps, and each is told once: a stretch of them is known by its ends.</summary>
    public bool IsUnbroken { get; init; }

    /// <summary>An event of this type that is never stored.</summary>
    public LiveEvent Of(T data) => new(Name, data);

    /// <summary>An event of this type that a cursor finds again.</summary>
    public LiveEvent Of(T data, Guid topic, long seq, int version = 1) => new(Name, data, topic, seq, version) { IsUnbroken = IsUnbroken };
}
