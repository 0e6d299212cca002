using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace OrleansSocial.Chat;

/// <summary>A conversation: of two people, or a group.</summary>
/// <param name="Value">The identifier as a UUID.</param>
[GenerateSerializer, Immutable, Alias("social.conversation-id")]
[JsonConverter(typeof(EntityIdJsonConverter<ConversationId>))]
public readonly record struct ConversationId([property: Id(0)] Guid Value) : IEntityId<ConversationId>
{
    /// <inheritdoc/>
    public static ConversationId From(Guid value) => new(value);

    /// <inheritdoc/>
    public static ConversationId Parse(string s, IFormatProvider? provider) => Ids.Parse<ConversationId>(s);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ConversationId result) => Ids.TryParse(s, out result);

    /// <summary>The UUID, which is also the key of the grain that owns the thing.</summary>
    public static implicit operator Guid(ConversationId id) => id.Value;

    /// <summary>The UUID in its 36-character form.</summary>
    public override string ToString() => Value.ToString("D");
}
