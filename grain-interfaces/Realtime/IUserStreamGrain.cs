using Orleans.Concurrency;

namespace OrleansSocial.Realtime;

/// <summary>Everything that reaches one person live: their connections on whatever node, their presence, their position. Key: user id.</summary>
/// <remarks>
/// A push may be lost; the cursor repairs it. The position that a connection is told is never ahead of what it was handed.
/// Nothing here is stored: connections are leases that end with their node, and a cursor lives with the client.
/// </remarks>
[Alias("realtime.user-stream")]
public interface IUserStreamGrain : IGrainWithGuidKey
{
    /// <summary>Attaches a live connection, or renews its lease when it is attached already. From here on it is pushed every event.</summary>
    /// <remarks>
    /// Attach first, then read with <see cref="Read"/> from the client's cursor:
    /// what happens in between comes twice rather than not at all. A lease that is not renewed ends after the configured seconds.
    /// An answer with another <see cref="Attachment.Id"/> than before means that this person's grain was elsewhere or forgot the
    /// connection: pushes were missed, so read again from the last cursor.
    /// </remarks>
    [Alias("attach"), Refuses("realtime.too_many_connections")]
    Task<Outcome<Attachment>> Attach(ConnectionId connection, IConnectionObserver observer);

    /// <summary>Detaches a connection. Again: changes nothing.</summary>
    [Alias("detach")]
    Task Detach(ConnectionId connection);

    /// <summary>Reads what happened since a cursor, straight from the storage.</summary>
    /// <param name="cursor">A cursor of this person; null for none: the answer is then a reset with a fresh cursor.</param>
    /// <param name="limit">At most this many events, 1 to 500.</param>
    /// <remarks>What this cluster did not give to this person is a bad cursor. An old one or one of another history gets a reset, never a gap.</remarks>
    [Alias("read"), AlwaysInterleave, Refuses("realtime.bad_cursor")]
    Task<Outcome<CatchUp>> Read(string? cursor, int limit);

    /// <summary>Hands an event to every connection of this person but <paramref name="except"/>. Best effort.</summary>
    [Alias("deliver"), OneWay, AlwaysInterleave, ClusterOnly]
    Task Deliver(LiveEvent happened, ConnectionId? except);

    /// <summary>The same, and answers whether there is a connection at all. No means: none until every silo is told (<see cref="ILiveRosterService"/>).</summary>
    [Alias("reach"), AlwaysInterleave, ClusterOnly]
    Task<bool> Reach(LiveEvent happened, ConnectionId? except);

    /// <summary>Whether this person has a live connection now.</summary>
    [Alias("is-online"), AlwaysInterleave]
    Task<bool> IsOnline();

    /// <summary>Tells <paramref name="watcher"/> about this person's coming and going for the configured time; returns the present state. Again: renews.</summary>
    /// <remarks>A person has a limited number of watchers; beyond it the one whose time ends first is forgotten.</remarks>
    [Alias("watch")]
    Task<bool> Watch(UserId watcher);
}

/// <summary>A live connection as the edge that holds its socket answers for it.</summary>
[Alias("realtime.connection-observer")]
public interface IConnectionObserver : IGrainObserver
{
    /// <summary>Puts an event on the connection's bounded queue; a full queue closes the connection with a resumable code.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="attachment">The attachment under which it is pushed.</param>
    /// <param name="number">1, 2, 3, … for the pushes of one attachment, so that a lost one is noticed.</param>
    [Alias("push"), OneWay]
    Task Push(LiveEvent happened, long attachment, long number);

    /// <summary>Offers the connection a position: everything before it was handed out by the pushes up to <paramref name="number"/>.</summary>
    /// <remarks>
    /// The client is told only when each of those pushes has come here. When one has not, the edge reads from the last cursor that it
    /// told and tells the cursor of that reading instead.
    /// </remarks>
    [Alias("position"), OneWay]
    Task Position(string cursor, long attachment, long number);

    /// <summary>Ends the connection: its cursor can no longer be carried on, or its person may not be connected.</summary>
    [Alias("close"), OneWay]
    Task Close(string code);
}
