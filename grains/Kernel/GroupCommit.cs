using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace OrleansSocial.Kernel;

/// <summary>What makes the writes of a slice durable: its SQL, as the group commit runs it.</summary>
/// <remarks>Lanes call it at the same time, each for owners of its own.</remarks>
internal interface IGroupCommitSql<in TWrite>
    where TWrite : GroupCommitWrite
{
    /// <summary>Adds to the transaction what makes <paramref name="writes"/> durable. Called again, with fewer of them, when a transaction was refused.</summary>
    void Render(IReadOnlyList<TWrite> writes, GroupCommitTransaction transaction);

    /// <summary>PostgreSQL refused the transaction for what was in it, and stored nothing: settles the writes that were stored before. Tells whether there were any.</summary>
    Task<bool> Settle(IReadOnlyList<TWrite> writes, PostgresException refused, NpgsqlConnection connection);
}

/// <summary>The commands of one transaction, with the number of rows that each must touch.</summary>
internal sealed class GroupCommitTransaction(NpgsqlBatch batch)
{
    private readonly List<(NpgsqlBatchCommand Command, int Rows)> _expected = [];

    /// <summary>Adds a command that must touch exactly <paramref name="rows"/> rows. Any other number means that memory differs from the storage.</summary>
    public void Add(NpgsqlBatchCommand command, int rows)
    {
        batch.BatchCommands.Add(command);
        _expected.Add((command, rows));
    }

    /// <summary>Adds a command that may touch any number of rows.</summary>
    public void Add(NpgsqlBatchCommand command) => batch.BatchCommands.Add(command);

    /// <summary>Throws when a command touched other rows than were expected of it.</summary>
    public void Check()
    {
        foreach (var (command, rows) in _expected)
        {
            if (command.RecordsAffected != rows)
            {
                throw new InvalidOperationException($"A write touched {command.RecordsAffected} rows instead of {rows}: {command.CommandText}");
            }
        }
    }
}

/// <summary>The writer of one slice on one silo: writes that arrive within a moment share a transaction, and a writer waits for nothing when nothing is under way.</summary>
/// <remarks>
/// A lane has one transaction in flight; what arrives meanwhile is its next one. Under load transactions grow by themselves, on an
/// idle server each write goes at once. A transaction that PostgreSQL refuses for its content is split until the write at fault is
/// alone, so that it fails and nobody else does. When the outcome of a transaction is not known, all of its writes fail.
/// </remarks>
internal sealed class GroupCommit<TWrite>
    where TWrite : GroupCommitWrite
{
    private readonly GroupCommitLane<TWrite>[] _lanes;

    public GroupCommit(
        IGroupCommitSql<TWrite> sql,
        Database database,
        WriteFence fence,
        IOptions<GroupCommitOptions> options,
        TimeProvider clock,
        ILogger<GroupCommit<TWrite>> log)
        => _lanes = [.. Enumerable.Range(0, options.Value.LanesMax)
            .Select(_ => new GroupCommitLane<TWrite>(sql, database, fence, options.Value, clock, log))];

    /// <summary>Adds a write to its lane; <see cref="GroupCommitWrite.End"/> tells the outcome. False, and nothing happens, when the lane is full.</summary>
    public bool TryAdd(TWrite write) => _lanes[(uint)write.OwnerHash % (uint)_lanes.Length].TryAdd(write);
}
