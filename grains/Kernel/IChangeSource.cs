using Npgsql;
using OrleansSocial.Realtime;

namespace OrleansSocial.Kernel;

/// <summary>One committed change that concerns a person.</summary>
/// <param name="Xid">The transaction that wrote it, as PostgreSQL's xid8.</param>
/// <param name="Event">What the person is told.</param>
public sealed record Change(ulong Xid, LiveEvent Event);

/// <summary>New messages of a topic that the reader has in any case: every number from <paramref name="First"/> to <paramref name="Last"/>.</summary>
/// <param name="Topic">The topic of their events.</param>
/// <param name="First">The lowest number.</param>
/// <param name="Last">The highest number.</param>
public readonly record struct PushedRun(Guid Topic, long First, long Last);

/// <summary>Tells from the tables of a slice what happened to a person. A cursor is read by asking every source.</summary>
public interface IChangeSource
{
    /// <summary>The changes of transactions not below <paramref name="sinceXid"/> that concern <paramref name="user"/>, ordered by transaction, topic and number.</summary>
    /// <param name="connection">An open connection, inside the transaction of the read.</param>
    /// <param name="user">Whose changes.</param>
    /// <param name="sinceXid">The lowest transaction that is not yet settled for the reader.</param>
    /// <param name="pushed">What need not be told again; a source may pass over it.</param>
    /// <param name="limit">At most this many, and whatever else the last of their transactions wrote.</param>
    /// <param name="cancellation">Gives the read up.</param>
    Task<IReadOnlyList<Change>> Read(
        NpgsqlConnection connection, UserId user, ulong sinceXid, IReadOnlyCollection<PushedRun> pushed, int limit, CancellationToken cancellation);
}
