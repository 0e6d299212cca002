using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace OrleansSocial.Kernel;

/// <summary>A person who has an account.</summary>
/// <param name="Value">The identifier as a UUID.</param>
[GenerateSerializer, Immutable, Alias("social.user-id")]
[JsonConverter(typeof(EntityIdJsonConverter<UserId>))]
public readonly record struct UserId([property: Id(0)] Guid Value) : IEntityId<UserId>
{
    /// <inheritdoc/>
    public static UserId From(Guid value) => new(value);

    /// <inheritdoc/>
    public static UserId Parse(string s, IFormatProvider? provider) => Ids.Parse<UserId>(s);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out UserId result) => Ids.TryParse(s, out result);

    /// <summary>The UUID, which is also the key of the grain that owns the thing.</summary>
    public static implicit operator Guid(UserId id) => id.Value;

    /// <summary>The UUID in its 36-character form.</summary>
    public override string ToString() => Value.ToString("D");
}
