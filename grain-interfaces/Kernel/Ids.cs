using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansSocial.Kernel;

/// <summary>An identifier of one kind of thing: a UUID in its own type, so that two kinds cannot be mixed up.</summary>
public interface IEntityId<TSelf> : IParsable<TSelf>
    where TSelf : struct, IEntityId<TSelf>
{
    /// <summary>The identifier as a UUID.</summary>
    Guid Value { get; }

    /// <summary>Gives a UUID this kind.</summary>
    static abstract TSelf From(Guid value);
}

/// <summary>Marks a kind of identifier, declared as <c>public readonly partial record struct PostId([property: Id(0)] Guid Value)</c>: the rest of <see cref="IEntityId{TSelf}"/> is made at build time.</summary>
[AttributeUsage(AttributeTargets.Struct)]
public sealed class EntityIdAttribute : Attribute;

/// <summary>The one place where identifiers are made.</summary>
public static class Ids
{
    /// <summary>A new time-ordered identifier (UUIDv7).</summary>
    public static TId New<TId>(TimeProvider clock)
        where TId : struct, IEntityId<TId> => TId.From(Guid.CreateVersion7(clock.GetUtcNow()));

    /// <summary>The identifier (UUIDv8) that always belongs to the same words: the same parts give the same identifier on every node.</summary>
    /// <remarks>Parts are length-prefixed before hashing, so no two lists of parts run together.</remarks>
    public static TId Derived<TId>(params ReadOnlySpan<string> parts)
        where TId : struct, IEntityId<TId>
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }

        Span<byte> digest = stackalloc byte[32];
        hash.GetHashAndReset(digest);
        return TId.From(Hashed(digest));
    }

    /// <summary>The first sixteen bytes of a digest as a UUIDv8.</summary>
    public static Guid Hashed(ReadOnlySpan<byte> digest)
    {
        Span<byte> bytes = stackalloc byte[16];
        digest[..16].CopyTo(bytes);
        bytes[6] = (byte)(0x80 | (bytes[6] & 0x0F));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3F));
        return new(bytes, bigEndian: true);
    }

    internal static bool TryParse<TId>([NotNullWhen(true)] string? text, out TId id)
        where TId : struct, IEntityId<TId>
    {
        var parsed = Guid.TryParseExact(text, "D", out var value) && value != Guid.Empty;
        id = TId.From(value);
        return parsed;
    }

    internal static TId Parse<TId>(string text)
        where TId : struct, IEntityId<TId>
        => TryParse<TId>(text, out var id) ? id : throw new FormatException("An identifier is a UUID such as 0198f3a2-0000-7000-8000-000000000000.");
}

/// <summary>Writes an identifier as its UUID text, as a value and as a property name.</summary>
public sealed class EntityIdJsonConverter<TId> : JsonConverter<TId>
    where TId : struct, IEntityId<TId>
{
    /// <inheritdoc/>
    public override TId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => reader.TokenType == JsonTokenType.String && Ids.TryParse<TId>(reader.GetString(), out var id)
            ? id
            : throw new JsonException("An identifier is a UUID in text form.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);

    /// <inheritdoc/>
    public override TId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => Ids.TryParse<TId>(reader.GetString(), out var id) ? id : throw new JsonException("An identifier is a UUID in text form.");

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, TId value, JsonSerializerOptions options)
        => writer.WritePropertyName(value.ToString()!);
}
