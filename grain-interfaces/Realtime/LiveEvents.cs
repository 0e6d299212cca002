namespace OrleansSocial.Realtime;

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
    [property: Id(4)] int Version = 1);

/// <summary>The types of events that this version sends. A client passes over a type that it does not know.</summary>
public static class LiveEventTypes
{
    /// <summary>A new entry of a conversation. Data: a message.</summary>
    public const string MessageCreated = "message.created";

    /// <summary>An entry was edited or deleted. Data: the message as it is now.</summary>
    public const string MessageChanged = "message.changed";

    /// <summary>The person was added to a conversation, or its members or title changed. Data: the conversation.</summary>
    public const string ConversationChanged = "conversation.changed";

    /// <summary>The person is no longer in a conversation. Data: a left notice.</summary>
    public const string ConversationLeft = "conversation.left";

    /// <summary>A member has read further. Data: a read marker.</summary>
    public const string ReadMoved = "read.moved";

    /// <summary>A member is writing. Data: a typing notice. Never stored.</summary>
    public const string Typing = "typing";

    /// <summary>A watched person came or went. Data: a presence notice. Never stored.</summary>
    public const string Presence = "presence";
}

/// <summary>The person is no longer in this conversation.</summary>
/// <param name="Conversation">Which.</param>
[GenerateSerializer, Immutable, Alias("realtime.left")]
public sealed record LeftNotice([property: Id(0)] ConversationId Conversation);

/// <summary>Whether a person has a live connection.</summary>
/// <param name="User">Who.</param>
/// <param name="Online">At least one connection holds its lease.</param>
[GenerateSerializer, Immutable, Alias("realtime.presence")]
public sealed record PresenceNotice([property: Id(0)] UserId User, [property: Id(1)] bool Online);

/// <summary>What happened since a cursor, and the cursor from which to go on.</summary>
/// <param name="Events">In the order of their numbers within each topic. Some may have come before: topic, number and version tell.</param>
/// <param name="Cursor">Where to go on. Everything before it has been handed out. Of two cursors of one person the later is the greater text, compared by code units.</param>
/// <param name="More">There is more to read at once from <paramref name="Cursor"/>.</param>
/// <param name="Reset">The cursor was too old, of another database history, or absent: drop what is cached, read lists anew, go on from <paramref name="Cursor"/>. No events come with it.</param>
[GenerateSerializer, Immutable, Alias("realtime.catch-up")]
public sealed record CatchUp(
    [property: Id(0)] IReadOnlyList<LiveEvent> Events,
    [property: Id(1)] string Cursor,
    [property: Id(2)] bool More,
    [property: Id(3)] bool Reset);

/// <summary>How a connection is attached.</summary>
/// <param name="Id">Names this attachment; another one means that pushes between the two were missed.</param>
/// <param name="Number">How many pushes were made under it so far.</param>
[GenerateSerializer, Immutable, Alias("realtime.attachment")]
public sealed record Attachment([property: Id(0)] long Id, [property: Id(1)] long Number);
