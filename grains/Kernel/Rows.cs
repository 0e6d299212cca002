using Npgsql;

namespace OrleansSocial.Kernel;

/// <summary>The rows of one transaction: whatever writes and slices they are from, those of one kind are one statement.</summary>
/// <param name="at">The time of the transaction.</param>
internal sealed class Rows(DateTimeOffset at)
{
    private readonly Dictionary<Statement, RowSet> _sets = [];

    /// <summary>The time that everything in this transaction happened at.</summary>
    public DateTimeOffset At => at;

    /// <summary>Adds a row to those of its kind.</summary>
    public void Add<T>(Statement<T> into, T row)
    {
        if (!_sets.TryGetValue(into, out var set)) _sets.Add(into, set = into.Begin());
        ((RowSet<T>)set).Add(row);
    }

    /// <summary>Hands the commands over, in their order.</summary>
    public void AddTo(NpgsqlBatch batch)
    {
        foreach (var (_, set) in _sets.OrderBy(one => one.Key.Order)) batch.BatchCommands.Add(set.Command(at));
    }

    /// <summary>Settles the writes whose rows were stored before, when PostgreSQL refused the transaction for that. Tells whether there were any.</summary>
    public async Task<bool> Settle(PostgresException refused, NpgsqlConnection connection)
    {
        foreach (var set in _sets.Values)
        {
            if (await set.Settle(refused, connection)) return true;
        }

        return false;
    }
}
