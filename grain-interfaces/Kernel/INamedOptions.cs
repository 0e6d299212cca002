namespace OrleansSocial.Kernel;

/// <summary>Options with parts that others name: beside those for its properties its section has a key for each.</summary>
public interface INamedOptions
{
    /// <summary>The names that there are.</summary>
    IEnumerable<string> Names { get; }

    /// <summary>The part of this name, in upper or lower case; null when there is none.</summary>
    object? Find(string name);
}
