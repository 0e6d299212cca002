using Orleans.Concurrency;

namespace OrleansSocial.Realtime;

/// <summary>Reads what happened to people, straight from the storage. Some on each silo, whatever their key.</summary>
[Alias("realtime.changes")]
public interface IChangesGrain : IGrainWithIntegerKey
{
    /// <summary>Reads what happened to a person since a cursor.</summary>
    /// <param name="user">Who.</param>
    /// <param name="cursor">A cursor of this person; null for none: the answer is then a reset with a fresh cursor.</param>
    /// <param name="limit">At most this many events, 1 to 500.</param>
    /// <remarks>What this cluster did not give to this person is a bad cursor. An old one or one of another history gets a reset, never a gap.</remarks>
    [Alias("read"), AlwaysInterleave, Refuses("realtime.bad_cursor")]
    Task<Outcome<CatchUp>> Read(UserId user, string? cursor, int limit);

    /// <summary>Reads all that happened to a person since a cursor, but for messages that they are known to have.</summary>
    [Alias("unpushed"), AlwaysInterleave, Refuses("realtime.bad_cursor")]
    Task<Outcome<Unpushed>> Unpushed(UserId user, string cursor, IReadOnlyList<PushedRun> pushed);
}

/// <summary>What happened to a person and may not have been pushed.</summary>
/// <param name="Events">In the order of their transactions; within each topic in the order of its numbers.</param>
/// <param name="Settled">So many of them lie before <paramref name="Cursor"/>; the rest is read again from there.</param>
/// <param name="Cursor">Where to go on.</param>
/// <param name="End">Why nothing was read; null when it was.</param>
[GenerateSerializer, Immutable, Alias("realtime.unpushed")]
public sealed record Unpushed(
    [property: Id(0)] IReadOnlyList<LiveEvent> Events,
    [property: Id(1)] int Settled,
    [property: Id(2)] string Cursor,
    [property: Id(3)] UnpushedEnd? End = null);

/// <summary>Why nothing was read.</summary>
[GenerateSerializer, Alias("realtime.unpushed-end")]
public enum UnpushedEnd
{
    /// <summary>The cursor cannot be carried on.</summary>
    Reset,

    /// <summary>More happened than is read at once: a long transaction holds the horizon back.</summary>
    TooMany,
}
