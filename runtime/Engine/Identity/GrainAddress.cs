using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Orleans.Runtime;

/// <summary>The identity of one activation of a grain.</summary>
public readonly struct ActivationId(Guid key) : IEquatable<ActivationId>
{
    private readonly Guid _key = key;

    /// <summary>Whether this is the default value.</summary>
    public bool IsDefault => _key == Guid.Empty;

    /// <summary>An identity that was never used before.</summary>
    public static ActivationId NewId() => new(Guid.NewGuid());

    /// <inheritdoc/>
    public bool Equals(ActivationId other) => _key == other._key;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is ActivationId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _key.GetHashCode();

    /// <summary>The text <c>@</c> and 32 hexadecimal digits.</summary>
    public string ToParsableString() => $"@{_key:N}";

    /// <inheritdoc cref="ToParsableString"/>
    public override string ToString() => ToParsableString();

    /// <summary>Whether both are equal.</summary>
    public static bool operator ==(ActivationId left, ActivationId right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(ActivationId left, ActivationId right) => !left.Equals(right);
}

/// <summary>The number of a view of the cluster's membership; later views have higher numbers.</summary>
public readonly record struct MembershipVersion(long Value) : IComparable<MembershipVersion>
{
    /// <summary>Before any view.</summary>
    public static MembershipVersion MinValue { get; } = new(long.MinValue);

    /// <summary>Orders by number.</summary>
    public int CompareTo(MembershipVersion other) => Value.CompareTo(other.Value);

    /// <summary>The number.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether the left one comes first.</summary>
    public static bool operator <(MembershipVersion left, MembershipVersion right) => left.Value < right.Value;

    /// <summary>Whether the left one does not come after the right one.</summary>
    public static bool operator <=(MembershipVersion left, MembershipVersion right) => left.Value <= right.Value;

    /// <summary>Whether the left one comes after the right one.</summary>
    public static bool operator >(MembershipVersion left, MembershipVersion right) => left.Value > right.Value;

    /// <summary>Whether the left one does not come before the right one.</summary>
    public static bool operator >=(MembershipVersion left, MembershipVersion right) => left.Value >= right.Value;
}

/// <summary>Where one activation of a grain lives.</summary>
public sealed class GrainAddress : IEquatable<GrainAddress>
{
    /// <summary>The grain.</summary>
    public GrainId GrainId { get; init; }

    /// <summary>The activation.</summary>
    public ActivationId ActivationId { get; init; }

    /// <summary>The silo that holds it.</summary>
    public SiloAddress? SiloAddress { get; init; }

    /// <summary>The view of the membership in which the activation was placed.</summary>
    public MembershipVersion MembershipVersion { get; init; } = MembershipVersion.MinValue;

    /// <summary>Whether grain, activation and silo are the same.</summary>
    public bool Equals([NotNullWhen(true)] GrainAddress? other) =>
        other is not null && GrainId == other.GrainId && ActivationId == other.ActivationId && SiloAddress == other.SiloAddress;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => Equals(obj as GrainAddress);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(GrainId, ActivationId, SiloAddress);

    /// <summary>The parts, for a log.</summary>
    public override string ToString() => $"[{GrainId} {ActivationId} {SiloAddress}]";
}
