using System.ComponentModel;

namespace Orleans.Bundled;

/// <summary>Names the generated manifest of an assembly. The engine reads it once per process.</summary>
[AttributeUsage(AttributeTargets.Assembly), EditorBrowsable(EditorBrowsableState.Never)]
public sealed class GrainManifestAttribute(Type manifest) : Attribute
{
    /// <summary>The manifest, a <see cref="GrainManifest"/> with a parameterless constructor.</summary>
    public Type Manifest { get; } = manifest;
}

/// <summary>What one assembly declares: grain interfaces, grain classes, codecs and copiers. Written by the generator.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class GrainManifest
{
    /// <summary>Adds everything the assembly declares.</summary>
    public abstract void Populate(ManifestBuilder builder);
}
