namespace OrleansSocial.Realtime;

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
