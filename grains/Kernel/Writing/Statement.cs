using Npgsql;

namespace OrleansSocial.Kernel;

/// <summary>A statement of a slice that stores rows of one kind: those of all writes of a transaction at once.</summary>
/// <param name="order">Statements of a lower order run first; those of the same order as they are first needed.</param>
internal abstract class Statement(int order)
{
    public int Order => order;

    /// <summary>Begins the rows of a transaction.</summary>
    public abstract RowSet Begin();
}

/// <summary>The rows that one statement stores in one transaction.</summary>
internal abstract class RowSet
{
    /// <summary>The statement with all of them.</summary>
    public abstract NpgsqlBatchCommand Command(DateTimeOffset at);

    /// <summary>Settles the writes whose rows this refusal says are stored already. Tells whether there were any.</summary>
    public abstract Task<bool> Settle(PostgresException refused, NpgsqlConnection connection);
}

/// <summary>The same with the type of its rows.</summary>
internal abstract class RowSet<T> : RowSet
{
    /// <summary>Adds one.</summary>
    public abstract void Add(T row);
}

/// <summary>The same with the type of its rows.</summary>
/// <param name="sql">Takes its rows by <c>unnest</c>: each column is an array with a value a row.</param>
/// <param name="columns">Names the columns in the order of the parameters.</param>
/// <param name="order">Statements of a lower order run first.</param>
internal sealed class Statement<T>(string sql, Action<Columns<T>> columns, int order = 0) : Statement(order)
{
    private readonly Columns<T> _columns = Columns<T>.Of(columns);
    private string? _checkedSql;

    /// <summary>An update or a deletion must touch as many rows as it was given: any other number means that memory differs from the storage, and ends the transaction. Not so where this is set.</summary>
    public bool TouchesAny { get; init; }

    /// <summary>Rows of one key become one. Null: every row stands for itself.</summary>
    public Merging<T>? Merge { get; init; }

    /// <summary>What is done when a row turns out to be stored already.</summary>
    public Repetition<T>? Taken { get; init; }

    // An insert stores all of its rows or fails.
    private bool IsChecked => !TouchesAny && !sql.StartsWith("INSERT", StringComparison.Ordinal);

    private string Sql => sql;

    // Checked within the transaction, so that nothing of a write that does not hold is stored.
    private string CheckedSql => _checkedSql ??= $"WITH touched AS ({sql} RETURNING 1) SELECT social_touched(count(*), ${_columns.Count + 1}) FROM touched";

    /// <inheritdoc/>
    public override RowSet Begin() => new Set(this);

    private sealed class Set(Statement<T> statement) : RowSet<T>
    {
        private readonly List<T> _rows = [];
        private readonly Dictionary<object, int>? _places = statement.Merge is null ? null : [];

        public override void Add(T row)
        {
            if (statement.Merge is { } merge)
            {
                if (_places!.TryGetValue(merge.KeyOf(row), out var place))
                {
                    _rows[place] = merge.Of(_rows[place], row);
                    return;
                }

                _places.Add(merge.KeyOf(row), _rows.Count);
            }

            _rows.Add(row);
        }

        public override NpgsqlBatchCommand Command(DateTimeOffset at)
        {
            var command = new NpgsqlBatchCommand(statement.IsChecked ? statement.CheckedSql : statement.Sql);
            statement._columns.AddTo(command.Parameters, _rows, at);
            if (statement.IsChecked) command.Parameters.Add(Kernel.Sql.Bigint(_rows.Count));
            return command;
        }

        public override async Task<bool> Settle(PostgresException refused, NpgsqlConnection connection) =>
            statement.Taken is { } taken && refused.ConstraintName == taken.Constraint && await taken.Settle(_rows, connection);
    }
}

/// <summary>Makes one row of those that say of the same.</summary>
/// <param name="KeyOf">What a row says something of.</param>
/// <param name="Of">What both say together.</param>
internal sealed record Merging<T>(Func<T, object> KeyOf, Func<T, T, T> Of);

/// <summary>What is done when rows turn out to be stored already. Nothing looks for repetitions beforehand: a unique index finds them while it is written anyway.</summary>
/// <param name="Constraint">The constraint that refuses them.</param>
/// <param name="Settle">Finds those rows of a refused transaction that are stored, gives their writes the answer and finishes them as settled. Tells whether there were any.</param>
internal sealed record Repetition<T>(string Constraint, Func<IReadOnlyList<T>, NpgsqlConnection, Task<bool>> Settle);
