using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace OrleansSocial.Kernel;

/// <summary>One queue of writes with one transaction in flight.</summary>
/// <remarks>Invariants:
/// 1. At most one drain runs, and one does while anything waits.
/// 2. Every write that was added ends: stored, settled or failed.
/// 3. Writes are stored in the order in which they were added.</remarks>
internal sealed partial class GroupCommitLane(
    Database database, WriteFence fence, GroupCommitOptions options, Action<Rows, IReadOnlyList<StoredEvent>> announce, TimeProvider clock, ILogger log)
    : IThreadPoolWorkItem
{
    private static readonly Meter s_meter = new("OrleansSocial.Kernel");
    private static readonly Histogram<int> s_sizes =
        s_meter.CreateHistogram("social.commit.writes", "{write}", "Writes that shared one transaction.", tags: null, Buckets.Counts);

    private static readonly Histogram<double> s_durations =
        s_meter.CreateHistogram("social.commit.duration", "s", "How long a shared transaction took.", tags: null, Buckets.Seconds);

    private readonly Lock _gate = new();
    private readonly Queue<Write> _waiting = [];
    private readonly List<Write> _taken = [];
    private Rows? _rows;
    private bool _draining;

    public bool TryAdd(Write write)
    {
        lock (_gate)
        {
            if (_waiting.Count >= options.QueueWritesMax) return false;

            _waiting.Enqueue(write);
            if (_draining) return true;

            _draining = true;
        }

        // The drain belongs to no caller: it runs on the pool, without the context of whoever woke it.
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    void IThreadPoolWorkItem.Execute() => _ = Drain();

    private async Task Drain()
    {
        NpgsqlConnection? connection = null;
        while (Take())
        {
            try
            {
                connection = await CommitTaken(connection);
            }
            catch (Exception fault)
            {
                // Whatever happens to one transaction, the lane goes on.
                LogLost(fault, _taken.Count);
                Finish(_taken, CommitOutcome.Failed);
                connection = null;
            }
        }

        if (connection is not null) await connection.DisposeAsync();
    }

    /// <summary>Takes what waits, up to the size of a transaction. False ends the drain.</summary>
    private bool Take()
    {
        _taken.Clear();
        var chars = 0;
        lock (_gate)
        {
            while (_taken.Count < options.BatchWritesMax && chars < options.BatchCharsMax && _waiting.TryDequeue(out var write))
            {
                _taken.Add(write);
                chars += write.Chars;
            }

            return _draining = _taken.Count > 0;
        }
    }

    /// <summary>Commits what was taken, in parts where PostgreSQL refuses the whole. Returns the connection to go on with.</summary>
    private async Task<NpgsqlConnection?> CommitTaken(NpgsqlConnection? connection)
    {
        var parts = new Stack<List<Write>>([_taken]);
        while (parts.TryPop(out var part))
        {
            FailDoomed(part);
            if (part.Count == 0) continue;

            try
            {
                connection ??= await database.Open();
                await Commit(part, connection);
                continue;
            }
            catch (Exception fault) when (IsForItsContent(fault) && connection is not null)
            {
                if (await Settled(part, fault, connection))
                {
                    parts.Push(part);
                }
                else if (part.Count > 1)
                {
                    var half = part.Count / 2;
                    parts.Push(part.GetRange(half, part.Count - half));
                    parts.Push(part.GetRange(0, half));
                }
                else
                {
                    LogRefused(fault.Message);
                    Finish(part, CommitOutcome.Failed);
                }
            }
            catch (Exception fault)
            {
                LogLost(database.Translate(fault), part.Count);
                Finish(part, CommitOutcome.Failed);
            }

            // After a fault nothing is taken on trust: the connection goes back, and a broken one leaves the pool.
            if (connection is not null) await connection.DisposeAsync();
            connection = null;
        }

        return connection;
    }

    private async Task Commit(List<Write> part, NpgsqlConnection connection)
    {
        var start = clock.GetTimestamp();
        using var trace = CommitTrace.Begin(part);

        // The commands of a batch are one transaction, and one round trip.
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(fence.Guard());
        var rows = _rows = new Rows(Sql.ToMicroseconds(clock.GetUtcNow()));
        foreach (var write in part) write.Owner.Rewind();
        foreach (var write in part) write.Render(rows);
        rows.AddTo(batch);
        var events = rows.Stored(await Execute(batch));

        s_sizes.Record(part.Count);
        s_durations.Record(clock.GetElapsedTime(start).TotalSeconds);
        Finish(part, CommitOutcome.Stored);
        announce(rows, events);
    }

    /// <summary>Runs all commands, and tells the number of their transaction.</summary>
    private static async Task<ulong> Execute(NpgsqlBatch batch)
    {
        await using var results = await batch.ExecuteReaderAsync();
        await results.ReadAsync();
        var xid = results.GetFieldValue<ulong>(0);
        while (await results.NextResultAsync())
        {
            // A refusal of a later command shows here.
        }

        return xid;
    }

    private async Task<bool> Settled(List<Write> part, Exception fault, NpgsqlConnection connection)
    {
        try
        {
            if (fault is not PostgresException refused || _rows is not { } rows || !await rows.Settle(refused, connection)) return false;

            part.RemoveAll(write => write.End.IsCompleted);
            return true;
        }
        catch (Exception another)
        {
            LogLost(database.Translate(another), part.Count);
            Finish(part, CommitOutcome.Failed);
            part.Clear();
            return true;
        }
    }

    private static void FailDoomed(List<Write> part)
    {
        foreach (var write in part)
        {
            if (write.Owner.IsBroken) write.Finish(CommitOutcome.Failed);
        }

        part.RemoveAll(write => write.End.IsCompleted);
    }

    private static void Finish(List<Write> part, CommitOutcome outcome)
    {
        foreach (var write in part)
        {
            if (!write.End.IsCompleted) write.Finish(outcome);
        }
    }

    /// <summary>PostgreSQL or its driver refused a value, and nothing is stored: a broken constraint, a text that cannot be held, a row that is too large.</summary>
    private static bool IsForItsContent(Exception fault) => fault switch
    {
        PostgresException refused => refused.SqlState[..2] is "21" or "22" or "23" or "54",
        ArgumentException or InvalidCastException => true,
        _ => false,
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "PostgreSQL refused one write for its content: {Reason}")]
    private partial void LogRefused(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A transaction of {Count} writes failed, or its outcome is not known")]
    private partial void LogLost(Exception cause, int count);
}
