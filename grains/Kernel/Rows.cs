using Npgsql;

namespace OrleansSocial.Kernel;

/// <summary>The rows of one transaction: whatever writes and slices they are from, those of one kind are one statement.</summary>
/// <param name="at">The time of the transaction.</param>
internal sealed class Rows(DateTimeOffset at)
{
    private readonly Dictionary<Statement, RowSet> _sets = [];
    private readonly List<(Write By, IEvent Happened)> _events = [];

    /// <summary>The time that everything in this transaction happened at.</summary>
    public DateTimeOffset At => at;

    /// <summary>Adds a row to those of its kind.</summary>
    public void Add<T>(Statement<T> into, T row)
    {
        if (!_sets.TryGetValue(into, out var set)) _sets.Add(into, set = into.Begin());
        ((RowSet<T>)set).Add(row);
    }

    /// <summary>Adds an event: it is stored with the rows of its write, or not at all, and told once it is.</summary>
    public void Happened(Write by, IEvent happened)
    {
        _events.Add((by, happened));
        EventLog.Append(this, _events.Count, happened);
    }

    /// <summary>Takes note of the transaction that has stored them: each write gets its events.</summary>
    public void Stored(ulong xid)
    {
        for (var i = 0; i < _events.Count; i++) _events[i].By.Keep(new(xid, i + 1, _events[i].Happened));
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
