namespace OrleansSocial.Kernel;

/// <summary>Where grain state is kept.</summary>
public static class GrainStorage
{
    /// <summary>The storage provider of every <c>[PersistentState]</c>: PostgreSQL, under the write fence.</summary>
    public const string Name = "social";
}
