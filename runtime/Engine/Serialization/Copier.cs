using System.ComponentModel;
using Orleans.Serialization;

namespace Orleans.Bundled;

/// <summary>Makes deep copies of values of one type, found by <see cref="CopierOf{T}"/> or by the type of a value.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class Copier
{
    private byte _tree;
    private byte _immutable;

    private protected Copier()
    {
    }

    /// <summary>Whether values are passed by reference, because nothing about them can change.</summary>
    public bool IsImmutable
    {
        get
        {
            if (_immutable == 0) _immutable = DecideImmutable() ? (byte)1 : (byte)2;
            return _immutable == 1;
        }
    }

    /// <summary>
    /// Whether no object can occur twice in a value, by its types alone: such a value is copied without remembering what was copied.
    /// </summary>
    internal bool IsTree
    {
        get
        {
            if (_tree == 0) _tree = GraphShape.IsTree(this) ? (byte)1 : (byte)2;
            return _tree == 1;
        }
    }

    /// <summary>The type whose values are copied.</summary>
    public abstract Type ValueType { get; }

    /// <summary>Whether it stands for derived types, and has no copies of its own to make.</summary>
    internal virtual bool IsPolymorphic => false;

    internal abstract object? CopyObject(object? value, CopyContext? context);

    /// <summary>Answers <see cref="IsImmutable"/>, once.</summary>
    protected virtual bool DecideImmutable() => false;

    /// <summary>Tells which mutable objects a value may hold, for <see cref="GraphShape"/>. By default: anything.</summary>
    public virtual void Describe(GraphShape shape) => shape.Shares();
}

/// <summary>Makes deep copies of values whose static type is <typeparamref name="T"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class Copier<T> : Copier
{
    /// <inheritdoc/>
    public sealed override Type ValueType => typeof(T);

    /// <summary>
    /// Copies a value. A null <paramref name="context"/> says that the graph is known to be a tree, so nothing need be remembered.
    /// </summary>
    public abstract T Copy(T value, CopyContext? context);

    /// <summary>Copies the members of one level of an inheritance chain, and of the levels above it, into an existing object.</summary>
    public virtual void CopyMembers(T from, T to, CopyContext? context) =>
        throw new CodecNotFoundException($"{typeof(T)} cannot be the base of a copied type: it is not serializable.");

    internal override object? CopyObject(object? value, CopyContext? context) => value is null ? null : Copy((T)value, context);

    /// <summary>Copies a whole graph.</summary>
    public T CopyRoot(T value)
    {
        if (IsImmutable) return value;
        if (IsTree) return Copy(value, null);
        var context = CopyContext.Rent();
        try
        {
            return Copy(value, context);
        }
        finally
        {
            context.Return();
        }
    }
}

/// <summary>Values that need no copy.</summary>
internal sealed class ImmutableCopier<T> : Copier<T>
{
    public override T Copy(T value, CopyContext? context) => value;

    protected override bool DecideImmutable() => true;

    // A foreign immutable base has no members of its own that a derived object must take over, apart from those of Exception.
    public override void CopyMembers(T from, T to, CopyContext? context)
    {
    }

    public override void Describe(GraphShape shape)
    {
    }
}

/// <summary>Copies by the run-time type of the value: interfaces, abstract classes, object.</summary>
internal sealed class PolymorphicCopier<T> : Copier<T>
{
    internal override bool IsPolymorphic => true;

    public override T Copy(T value, CopyContext? context) => value is null ? value : (T)Copiers.CopyRuntime(value, context);

    // A base class that nobody annotated takes part only when it holds nothing.
    public override void CopyMembers(T from, T to, CopyContext? context) => Codecs.EnsureEmpty(typeof(T));
}

/// <summary>Collects the mutable types of a graph to find out whether an object can occur twice in it.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class GraphShape
{
    private readonly HashSet<Type> _seen = [];
    private bool _shares;

    private GraphShape()
    {
    }

    internal static bool IsTree(Copier root)
    {
        var shape = new GraphShape();
        root.Describe(shape);
        return !shape._shares;
    }

    /// <summary>Something in the graph may occur twice.</summary>
    public void Shares() => _shares = true;

    /// <summary>
    /// An object of this type stands in one place of the graph. Another of the same type could be the same object; a class that
    /// others may derive from, below the root, could hold anything.
    /// </summary>
    public void Node(Type type, bool exact)
    {
        if (!exact && _seen.Count > 0) _shares = true;
        if (!_seen.Add(type)) _shares = true;
    }

    /// <summary>A member of this type stands in one place of the graph.</summary>
    public void Member<T>()
    {
        if (_shares) return;
        if (Copiers.Find(typeof(T)) is { } copier) copier.Describe(this);
        else _shares = true;
    }

    /// <summary>Any number of values of this type stand in the graph.</summary>
    public void Many<T>()
    {
        if (_shares) return;
        if (Copiers.Find(typeof(T)) is not { IsImmutable: true }) _shares = true;
    }
}
