using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace OrleansSocial.Kernel;

/// <summary>One signed-in device: a family of refresh tokens and the access tokens made from it.</summary>
/// <param name="Value">The identifier as a UUID.</param>
[GenerateSerializer, Immutable, Alias("social.session-id")]
[JsonConverter(typeof(EntityIdJsonConverter<SessionId>))]
public readonly record struct SessionId([property: Id(0)] Guid Value) : IEntityId<SessionId>
{
    /// <inheritdoc/>
    public static SessionId From(Guid value) => new(value);

    /// <inheritdoc/>
    public static SessionId Parse(string s, IFormatProvider? provider) => Ids.Parse<SessionId>(s);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out SessionId result) => Ids.TryParse(s, out result);

    /// <summary>The UUID, which is also the key of the grain that owns the thing.</summary>
    public static implicit operator Guid(SessionId id) => id.Value;

    /// <summary>The UUID in its 36-character form.</summary>
    public override string ToString() => Value.ToString("D");
}
