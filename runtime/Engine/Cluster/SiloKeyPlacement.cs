using Orleans.Placement;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>A grain of one particular silo: its key is the text of that silo's address, and it lives there and nowhere else.</summary>
internal sealed class SiloKeyPlacement : PlacementStrategy
{
    /// <inheritdoc/>
    public override bool IsUsingGrainDirectory => false;

    /// <summary>The silo that a key names.</summary>
    /// <exception cref="FormatException">The key is no address of a silo.</exception>
    public static SiloAddress SiloOf(IdSpan key) => SiloAddress.FromParsableString(key.ToString());
}

/// <summary>Marks the class of grains that belong to one silo each, by the address in their key.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class SiloKeyPlacementAttribute() : PlacementAttribute(new SiloKeyPlacement());
