using Npgsql;

namespace OrleansSocial.Kernel;

/// <summary>One committed change that concerns a person.</summary>
/// <param name="Xid">The transaction that wrote it, as PostgreSQL's xid8.</param>
/// <param name="Event">What the person is told.</param>
public sealed record Change(ulong Xid, LiveEvent Event);

/// <summary>What a cursor asks of every source.</summary>
/// <param name="User">Whose changes.</param>
/// <param name="SinceXid">The lowest transaction that is not yet settled for the reader.</param>
/// <param name="SinceDay">When the reader's cursor was given out: no transaction that is not settled for the reader began long before.</param>
/// <param name="Pushed">What need not be told again; a source may pass over it.</param>
/// <param name="Limit">More than so many are not wanted.</param>
public sealed record ChangeQuery(UserId User, ulong SinceXid, DateOnly SinceDay, IReadOnlyCollection<PushedRun> Pushed, int Limit);

/// <summary>Tells from the tables of a slice what happened to a person: the changes of transactions not below a number.</summary>
/// <remarks>All sources are asked in one round trip, each statement with a snapshot of its own that is not older than the horizon.</remarks>
public interface IChangeSource
{
    /// <summary>The statements that tell it.</summary>
    IEnumerable<NpgsqlBatchCommand> Ask(ChangeQuery query);

    /// <summary>The changes, in any order. Null, or more of them than the limit, says that there are too many: a source finds that out without reading all of them.</summary>
    /// <param name="query">What was asked.</param>
    /// <param name="results">Stands at the first result of <see cref="Ask"/>, and is left at the last unless there are too many.</param>
    /// <param name="cancellation">Gives the read up.</param>
    Task<List<Change>?> Read(ChangeQuery query, NpgsqlDataReader results, CancellationToken cancellation);
}
