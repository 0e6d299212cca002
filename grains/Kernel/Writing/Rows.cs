using Npgsql;

namespace OrleansSocial.Kernel;

/// <summary>The rows of one transaction: whatever writes and slices they are from, those of one kind are one statement.</summary>
/// <param name="at">The time of the transaction.</param>
internal sealed class Rows(DateTimeOffset at)
{
    private readonly Dictionary<Statement, RowSet> _sets = [];
    private readonly List<(Write By, Guid Id, IEvent Happened)> _events = [];

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
        var id = Guid.CreateVersion7(at);
        _events.Add((by, id, happened));
        EventLog.Append(this, _events.Count, id, happened);
    }

    /// <summary>Lets an event happen at a later time. There is one of its kind for each topic: another time takes the place of the one before.</summary>
    public void Due(DateTimeOffset time, IEvent happens) => Add(EventDue.Put, (time, happens));

    /// <summary>Takes an event back that was to happen; nothing when there is none.</summary>
    public void NotDue<TEvent>(Guid topic)
        where TEvent : class, IEvent => Add(EventDue.TakenBack, (EventDeclaration.Of(typeof(TEvent)).Alias, topic));

    /// <summary>Whether there are rows of a kind.</summary>
    public bool Has(Statement kind) => _sets.ContainsKey(kind);

    /// <summary>Takes note of the transaction that has stored them: each write gets its events, and the caller all of them.</summary>
    public IReadOnlyList<StoredEvent> Stored(ulong xid)
    {
        if (_events.Count == 0) return [];
        var all = new List<StoredEvent>(_events.Count);
        foreach (var (by, id, happened) in _events)
        {
            var stored = new StoredEvent(new(xid, all.Count + 1), id, at, happened);
            by.Keep(stored);
            all.Add(stored);
        }

        return all;
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
