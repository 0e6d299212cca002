using Npgsql;
using OrleansSocial.Realtime;

namespace OrleansSocial.Kernel;

/// <summary>One committed change that concerns a person.</summary>
/// <param name="Xid">The transaction that wrote it, as PostgreSQL's xid8.</param>
/// <param name="Event">What the person is told.</param>
public sealed record Change(ulong Xid, LiveEvent Event);

/// <summary>Tells from the tables of a slice what happened to a person. A cursor is read by asking every source.</summary>
public interface IChangeSource
{
    /// <summary>The changes of transactions not below <paramref name="sinceXid"/> that concern <paramref name="user"/>, ordered by transaction, topic and number.</summary>
    /// <param name="connection">An open connection, inside the transaction of the read.</param>
    /// <param name="user">Whose changes.</param>
    /// <param name="sinceXid">The lowest transaction that is not yet settled for the reader.</param>
    /// <param name="limit">At most this many, and whatever else the last of their transactions wrote.</param>
    /// <param name="cancellation">Gives the read up.</param>
    Task<IReadOnlyList<Change>> Read(NpgsqlConnection connection, UserId user, ulong sinceXid, int limit, CancellationToken cancellation);
}
