using System.Diagnostics.CodeAnalysis;
using Orleans.Bundled;

namespace Orleans.Runtime;

/// <summary>A reference to a grain or an observer. Proxies derive from it. References are equal when grain and interface are.</summary>
public abstract class GrainReference : IAddressable, IEquatable<GrainReference>
{
    private readonly GrainReferenceShared _shared;
    private readonly IdSpan _key;

    /// <summary>The activation that served the last call through this reference; looked up again once it is no longer valid.</summary>
    internal Activation? Target;

    /// <summary>Creates the reference of a proxy.</summary>
    protected GrainReference(GrainReferenceShared shared, IdSpan key)
    {
        ArgumentNullException.ThrowIfNull(shared);
        _shared = shared;
        _key = key;
    }

    /// <summary>The identity of the grain.</summary>
    public GrainId GrainId => GrainId.Create(_shared.GrainType, _key);

    /// <summary>The interface of this reference.</summary>
    public GrainInterfaceType InterfaceType => _shared.InterfaceType;

    /// <summary>The wire name of the interface.</summary>
    public virtual string InterfaceName => _shared.InterfaceType.ToString();

    internal GrainReferenceShared Shared => _shared;

    internal IdSpan Key => _key;

    /// <summary>The same grain through another interface. Whether the grain implements it shows at the first call.</summary>
    public virtual TGrainInterface Cast<TGrainInterface>()
        where TGrainInterface : IAddressable =>
        this is TGrainInterface same ? same : (TGrainInterface)(object)Cast(typeof(TGrainInterface));

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] GrainReference? other) =>
        ReferenceEquals(this, other)
        || (other is not null
            && _key.Equals(other._key)
            && (ReferenceEquals(_shared, other._shared)
                || (_shared.GrainType.Equals(other._shared.GrainType) && _shared.InterfaceType.Equals(other._shared.InterfaceType))));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as GrainReference);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_shared.GrainType, _key, _shared.InterfaceType);

    /// <inheritdoc/>
    public override string ToString() => $"GrainReference:{GrainId}:{InterfaceName}";

    internal GrainReference Cast(Type interfaceType) =>
        interfaceType.IsInstanceOfType(this) ? this : _shared.Router.CreateReference(GrainId, interfaceType);

    /// <summary>Equality by grain and interface.</summary>
    public static bool operator ==(GrainReference? left, GrainReference? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Inequality by grain or interface.</summary>
    public static bool operator !=(GrainReference? left, GrainReference? right) => !(left == right);
}
