using Npgsql;

namespace Orleans.Bundled;

/// <summary>
/// A condition under which this silo may write, checked by PostgreSQL in the transaction of each write. Register one in the
/// services of the silo and every write of grain state carries it.
/// </summary>
public interface IDurableWriteGuard
{
    /// <summary>
    /// A new command that goes first in the transaction. It fails when this silo may not write any more, and otherwise keeps the
    /// condition true until the transaction has ended, for instance by a lock on a row.
    /// </summary>
    NpgsqlBatchCommand CreateCommand();

    /// <summary>Whether a failure of the transaction is the guard's refusal.</summary>
    bool IsRefusal(PostgresException failure);

    /// <summary>A write was refused; called once for each.</summary>
    void OnRefused();
}
