using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace OrleansSocial.Kernel;

/// <summary>One live connection of one person: a WebSocket, an event stream or a poll.</summary>
/// <param name="Value">The identifier as a UUID.</param>
[GenerateSerializer, Immutable, Alias("social.connection-id")]
[JsonConverter(typeof(EntityIdJsonConverter<ConnectionId>))]
public readonly record struct ConnectionId([property: Id(0)] Guid Value) : IEntityId<ConnectionId>
{
    /// <inheritdoc/>
    public static ConnectionId From(Guid value) => new(value);

    /// <inheritdoc/>
    public static ConnectionId Parse(string s, IFormatProvider? provider) => Ids.Parse<ConnectionId>(s);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ConnectionId result) => Ids.TryParse(s, out result);

    /// <summary>The UUID, which is also the key of the grain that owns the thing.</summary>
    public static implicit operator Guid(ConnectionId id) => id.Value;

    /// <summary>The UUID in its 36-character form.</summary>
    public override string ToString() => Value.ToString("D");
}
