using System.ComponentModel;
using System.Runtime.CompilerServices;
using Orleans.Serialization;

namespace Orleans.Bundled;

/// <summary>Writes and reads values of one type, found by <see cref="CodecOf{T}"/> or by the type of a value.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class Codec
{
    private protected Codec()
    {
    }

    /// <summary>The type whose values are written.</summary>
    public abstract Type ValueType { get; }

    /// <summary>Whether a value that occurs again is written as a reference to its first occurrence.</summary>
    public virtual bool IsTracked => false;

    /// <summary>Whether it stands for derived types, and has no form of its own.</summary>
    internal virtual bool IsPolymorphic => false;

    /// <summary>The type under whose name a value is written.</summary>
    internal virtual Type NamedAs => ValueType;

    /// <summary>Writes what follows the type of a value, with the end.</summary>
    internal abstract void WriteNamed(WireWriter writer, object value);

    /// <summary>Reads what follows the type of a value, with the end.</summary>
    internal abstract object ReadNamed(WireReader reader, int position);
}

/// <summary>Writes and reads fields whose static type is <typeparamref name="T"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class Codec<T> : Codec
{
    /// <inheritdoc/>
    public sealed override Type ValueType => typeof(T);

    /// <summary>Writes a field.</summary>
    /// <param name="writer">Takes the field.</param>
    /// <param name="idDelta">Its id, less that of the field before it.</param>
    /// <param name="value">Its value.</param>
    public abstract void Write(WireWriter writer, uint idDelta, T value);

    /// <summary>Reads a field after its header.</summary>
    public abstract T Read(WireReader reader, WireType wire);

    /// <summary>Writes the members of one level of an inheritance chain, after those of the levels above it.</summary>
    public virtual void WriteMembers(WireWriter writer, T value) => throw NotABase();

    /// <summary>Reads the members of one level, after those of the levels above it, into an existing object.</summary>
    public virtual void ReadMembers(WireReader reader, T value) => throw NotABase();

    // A value of its own is written as an object with one field.
    internal override void WriteNamed(WireWriter writer, object value)
    {
        Write(writer, 0, (T)value);
        writer.End();
    }

    internal override object ReadNamed(WireReader reader, int position)
    {
        uint id = 0;
        if (!reader.Next(ref id, out var wire) || id != 0) throw WireReader.Malformed($"no value of {typeof(T)}");
        var value = Read(reader, wire);
        reader.EndObject();
        return value ?? throw WireReader.Malformed($"a null {typeof(T)}");
    }

    private static CodecNotFoundException NotABase() =>
        new($"{typeof(T)} cannot be the base of a serialized type: annotate it, or register a converter that is also an IPopulator.");
}

/// <summary>Writes and reads objects, whose identity is kept.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ObjectCodec<T> : Codec<T>
    where T : class
{
    /// <inheritdoc/>
    public override bool IsTracked => true;

    /// <inheritdoc/>
    public sealed override void Write(WireWriter writer, uint idDelta, T value)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (value is null)
        {
            writer.Null(idDelta);
            return;
        }

        if (!IsExact(value))
        {
            Codecs.WriteRuntime(writer, idDelta, value);
            return;
        }

        if (IsTracked && writer.TryReference(idDelta, value)) return;
        RuntimeHelpers.EnsureSufficientExecutionStack();
        writer.Begin(idDelta);
        WriteContent(writer, value);
    }

    /// <inheritdoc/>
    public sealed override T Read(WireReader reader, WireType wire)
    {
        ArgumentNullException.ThrowIfNull(reader);
        if (wire == WireType.Null) return null!;
        if (wire == WireType.Reference) return reader.Resolve(this);
        WireReader.Expect(wire, WireType.Object);
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var position = reader.HeaderPosition;
        var type = reader.TypeMarker();
        if (type is null || type == typeof(T)) return ReadContent(reader, position);
        return Codecs.ReadRuntime<T>(reader, position, type);
    }

    internal sealed override void WriteNamed(WireWriter writer, object value) => WriteContent(writer, (T)value);

    internal sealed override object ReadNamed(WireReader reader, int position) => ReadContent(reader, position);

    /// <summary>Whether the value is of this very type.</summary>
    protected virtual bool IsExact(T value) => value.GetType() == typeof(T);

    /// <summary>Writes all fields, and the end.</summary>
    protected abstract void WriteContent(WireWriter writer, T value);

    /// <summary>Reads all fields, and the end. Must record the object at <paramref name="position"/>, as early as it exists.</summary>
    protected abstract T ReadContent(WireReader reader, int position);
}

/// <summary>Writes and reads structs, which are objects without identity.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class StructCodec<T> : Codec<T>
    where T : struct
{
    /// <inheritdoc/>
    public sealed override void Write(WireWriter writer, uint idDelta, T value)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Begin(idDelta);
        WriteContent(writer, value);
    }

    /// <inheritdoc/>
    public sealed override T Read(WireReader reader, WireType wire)
    {
        ArgumentNullException.ThrowIfNull(reader);
        WireReader.Expect(wire, WireType.Object);
        if (reader.TypeMarker() is { } type && type != typeof(T)) throw WireReader.Malformed($"{type} where {typeof(T)} belongs");
        return ReadContent(reader);
    }

    internal sealed override void WriteNamed(WireWriter writer, object value) => WriteContent(writer, (T)value);

    internal sealed override object ReadNamed(WireReader reader, int position) => ReadContent(reader);

    /// <summary>Writes all fields, and the end.</summary>
    protected abstract void WriteContent(WireWriter writer, T value);

    /// <summary>Reads all fields, and the end.</summary>
    protected abstract T ReadContent(WireReader reader);
}

/// <summary>Writes values under the name of their own type: interfaces, abstract classes, object.</summary>
internal sealed class PolymorphicCodec<T> : Codec<T>
{
    internal override bool IsPolymorphic => true;

    public override void Write(WireWriter writer, uint idDelta, T value)
    {
        if (value is null) writer.Null(idDelta);
        else Codecs.WriteRuntime(writer, idDelta, value);
    }

    public override T Read(WireReader reader, WireType wire)
    {
        if (wire == WireType.Null) return default!;
        if (wire == WireType.Reference) return reader.Resolve(this);
        WireReader.Expect(wire, WireType.Object);
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var position = reader.HeaderPosition;
        var type = reader.TypeMarker() ?? throw WireReader.Malformed($"an object without a type where {typeof(T)} belongs");
        return Codecs.ReadRuntime<T>(reader, position, type);
    }

    // A base class that nobody annotated takes part only when it holds nothing.
    public override void WriteMembers(WireWriter writer, T value) => Codecs.EnsureEmpty(typeof(T));

    public override void ReadMembers(WireReader reader, T value)
    {
        Codecs.EnsureEmpty(typeof(T));
        uint id = 0;
        while (reader.Next(ref id, out var wire)) reader.Skip(wire);
    }
}
