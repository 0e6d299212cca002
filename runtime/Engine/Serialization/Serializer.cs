using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Bundled;

namespace Orleans.Serialization;

/// <summary>
/// Turns values into bytes and back. Readers of another version skip fields they do not know and leave those they miss at their
/// defaults; identity, cycles, run-time types and comparers are kept. Thread-safe.
/// </summary>
/// <remarks>
/// Reading fails with <see cref="SerializerException"/> on bytes that are malformed, truncated, or of another type. Memory taken
/// while reading is bounded by the length of the bytes, and no type is created that no manifest lists.
/// </remarks>
public sealed class Serializer
{
    private readonly IServiceProvider? _services;
    private readonly ExceptionSerializationOptions _exceptions;

    /// <summary>Makes a serializer; grain references are read through the services of a silo or client.</summary>
    public Serializer(IServiceProvider services)
    {
        _services = services;
        _exceptions = services?.GetService<IOptions<ExceptionSerializationOptions>>()?.Value ?? ExceptionSerializationOptions.Default;
    }

    /// <summary>Whether values of this static type can be serialized.</summary>
    [SuppressMessage("Performance", "CA1822", Justification = "Part of the programming model as an instance method.")]
    public bool CanSerialize<T>() => Codecs.Find(typeof(T)) is not null;

    /// <summary>Whether values of this type can be serialized.</summary>
    [SuppressMessage("Performance", "CA1822", Justification = "Part of the programming model as an instance method.")]
    public bool CanSerialize(Type type) => Codecs.Find(type) is not null;

    /// <summary>Serializes a value.</summary>
    /// <exception cref="CodecNotFoundException">The value holds one of a type that cannot be serialized.</exception>
    public byte[] SerializeToArray<T>(T value)
    {
        var writer = Write(value);
        var bytes = writer.Written.ToArray();
        writer.Return();
        return bytes;
    }

    /// <summary>Serializes a value onto the end of a stream.</summary>
    /// <inheritdoc cref="SerializeToArray{T}"/>
    public void Serialize<T>(T value, Stream destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var writer = Write(value);
        destination.Write(writer.Written);
        writer.Return();
    }

    /// <summary>Serializes a value into a buffer.</summary>
    /// <inheritdoc cref="SerializeToArray{T}"/>
    public void Serialize<T>(T value, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var writer = Write(value);
        destination.Write(writer.Written);
        writer.Return();
    }

    /// <summary>Reads a value from exactly these bytes.</summary>
    /// <exception cref="SerializerException">The bytes are not those of such a value.</exception>
    public T Deserialize<T>(byte[] source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Read<T>(source, source.Length);
    }

    /// <inheritdoc cref="Deserialize{T}(byte[])"/>
    public T Deserialize<T>(ReadOnlyMemory<byte> source) => Deserialize<T>(source.Span);

    /// <inheritdoc cref="Deserialize{T}(byte[])"/>
    public T Deserialize<T>(ReadOnlySpan<byte> source)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(source.Length);
        try
        {
            source.CopyTo(bytes);
            return Read<T>(bytes, source.Length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <inheritdoc cref="Deserialize{T}(byte[])"/>
    public T Deserialize<T>(ReadOnlySequence<byte> source) =>
        source.IsSingleSegment ? Deserialize<T>(source.FirstSpan) : Deserialize<T>(source.ToArray());

    /// <summary>Reads a value from all that is left of a stream.</summary>
    /// <inheritdoc cref="Deserialize{T}(byte[])"/>
    public T Deserialize<T>(Stream source)
    {
        ArgumentNullException.ThrowIfNull(source);
        using var bytes = new MemoryStream();
        source.CopyTo(bytes);
        return Read<T>(bytes.GetBuffer(), (int)bytes.Length);
    }

    private WireWriter Write<T>(T value)
    {
        var writer = WireWriter.Rent(_exceptions);
        try
        {
            CodecOf<T>.Instance.Write(writer, 0, value);
            return writer;
        }
        catch (InsufficientExecutionStackException failure)
        {
            writer.Return();
            throw new SerializerException("The value is nested too deeply.", failure);
        }
        catch
        {
            writer.Return();
            throw;
        }
    }

    // Whatever a constructor, a converter or a comparer throws over hostile bytes, the caller sees one kind of exception.
    private T Read<T>(byte[] bytes, int length)
    {
        var codec = CodecOf<T>.Instance;
        try
        {
            var reader = new WireReader(bytes, length, _services, _exceptions);
            uint id = 0;
            if (!reader.Next(ref id, out var wire) || id != 0) throw WireReader.Malformed("no value");
            var value = codec.Read(reader, wire);
            return reader.Remaining == 0 ? value : throw WireReader.Malformed("more than one value");
        }
        catch (Exception failure) when (failure is not (SerializerException or OutOfMemoryException))
        {
            throw new SerializerException($"The bytes are not those of a {typeof(T)}: {failure.Message}", failure);
        }
    }
}

/// <summary>A <see cref="Serializer"/> for one type.</summary>
/// <typeparam name="T">The static type of the values.</typeparam>
public sealed class Serializer<T>(Serializer serializer)
{
    /// <inheritdoc cref="Serializer.SerializeToArray{T}"/>
    public byte[] SerializeToArray(T value) => serializer.SerializeToArray(value);

    /// <inheritdoc cref="Serializer.Serialize{T}(T, Stream)"/>
    public void Serialize(T value, Stream destination) => serializer.Serialize(value, destination);

    /// <inheritdoc cref="Serializer.Serialize{T}(T, IBufferWriter{byte})"/>
    public void Serialize(T value, IBufferWriter<byte> destination) => serializer.Serialize(value, destination);

    /// <inheritdoc cref="Serializer.Deserialize{T}(byte[])"/>
    public T Deserialize(byte[] source) => serializer.Deserialize<T>(source);

    /// <inheritdoc cref="Serializer.Deserialize{T}(byte[])"/>
    public T Deserialize(ReadOnlyMemory<byte> source) => serializer.Deserialize<T>(source);

    /// <inheritdoc cref="Serializer.Deserialize{T}(byte[])"/>
    public T Deserialize(ReadOnlySpan<byte> source) => serializer.Deserialize<T>(source);

    /// <inheritdoc cref="Serializer.Deserialize{T}(byte[])"/>
    public T Deserialize(ReadOnlySequence<byte> source) => serializer.Deserialize<T>(source);

    /// <inheritdoc cref="Serializer.Deserialize{T}(Stream)"/>
    public T Deserialize(Stream source) => serializer.Deserialize<T>(source);
}

/// <summary>
/// Copies values deeply, as calls do: immutable ones by reference, others with identity and cycles kept. Thread-safe.
/// </summary>
public sealed class DeepCopier
{
    /// <summary>Copies a value.</summary>
    /// <exception cref="CodecNotFoundException">The value holds one of a type that cannot be copied.</exception>
    [SuppressMessage("Performance", "CA1822", Justification = "Part of the programming model as an instance method.")]
    [return: NotNullIfNotNull(nameof(value))]
    public T? Copy<T>(T? value) => value is null ? value : Copiers.CopyRoot(value);
}

/// <summary>A <see cref="DeepCopier"/> for one type.</summary>
/// <typeparam name="T">The static type of the values.</typeparam>
public sealed class DeepCopier<T>
{
    /// <inheritdoc cref="DeepCopier.Copy{T}"/>
    [SuppressMessage("Performance", "CA1822", Justification = "Part of the programming model as an instance method.")]
    [return: NotNullIfNotNull(nameof(value))]
    public T? Copy(T? value) => value is null ? value : Copiers.CopyRoot(value);
}
