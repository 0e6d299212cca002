using System.Text.Json.Serialization;

namespace OrleansSocial.Kernel;

/// <summary>Something that reaches a person live, and again from their cursor when the push was lost.</summary>
/// <param name="Type">What happened, such as <c>message.created</c>.</param>
/// <param name="Data">The record that <paramref name="Type"/> names; immutable and registered for serialization.</param>
/// <param name="Topic">What the number counts, such as a conversation; null for events that are never stored.</param>
/// <param name="Seq">The number within the topic; together with <paramref name="Version"/> it recognises an event that comes twice. Null for events that are never stored.</param>
/// <param name="Version">Of two events with the same topic and number the higher is the newer.</param>
[GenerateSerializer, Immutable, Alias("realtime.event")]
public sealed record LiveEvent(
    [property: Id(0)] string Type,
    [property: Id(1)] object Data,
    [property: Id(2)] Guid? Topic = null,
    [property: Id(3)] long? Seq = null,
    [property: Id(4)] int Version = 1)
{
    /// <summary>Of a <see cref="LiveType{T}"/> whose numbers have no gaps. Not for clients.</summary>
    [Id(5), JsonIgnore]
    public bool IsUnbroken { get; init; }
}
