namespace OrleansSocial.Kernel;

/// <summary>What the edge needs of a creation without knowing what was made.</summary>
public interface IMade
{
    /// <summary>The thing.</summary>
    object Thing { get; }

    /// <summary>Whether it was made now; false where it was there before.</summary>
    bool IsNew { get; }
}

/// <summary>What a creation answers that may find what it was to make.</summary>
/// <param name="Value">The thing.</param>
/// <param name="IsNew">Whether it was made now; false where it was there before.</param>
[GenerateSerializer, Immutable, Alias("social.made`1")]
public sealed record Made<T>([property: Id(0)] T Value, [property: Id(1)] bool IsNew) : IMade
    where T : class
{
    object IMade.Thing => Value;
}
