using System.Diagnostics.Metrics;
using Npgsql;
using NpgsqlTypes;

namespace OrleansSocial.Kernel;

/// <summary>The lease under which this node writes. Every durable write carries it, and PostgreSQL refuses the write once it is gone.</summary>
/// <remarks>Invariants:
/// 1. A transaction that begins with <see cref="Guard"/> commits only while the lease row of this node stands: the row cannot be removed before the transaction ends.
/// 2. <see cref="Held"/> turns false before the lease ends on the database's clock.
/// 3. A node that was replaced never writes again: its epoch is not given out a second time.</remarks>
public sealed class WriteFence(TimeProvider clock)
{
    /// <summary>SQLSTATE of a write that PostgreSQL refused because the lease is gone.</summary>
    public const string RefusedState = "SF001";

    /// <summary>The statement that each write transaction runs first; parameters are the silo's name and epoch.</summary>
    public const string GuardSql = "SELECT social_guard($1, $2)";

    private static readonly Meter Meter = new("OrleansSocial.Kernel");
    private static readonly Counter<long> Refused =
        Meter.CreateCounter<long>("social.writes.refused", "{write}", "Writes that PostgreSQL refused because this node's lease is gone.");

    private volatile Holding _holding = new("", 0, 0, TimeSpan.Zero);
    private long _refusedCount;

    /// <summary>Name of this node in the lease table; empty before the first claim.</summary>
    public string Silo => _holding.Silo;

    /// <summary>Number of the claim, higher than that of every claim before it; 0 before the first.</summary>
    public long Epoch => _holding.Epoch;

    /// <summary>Whether the lease certainly stands now. A node that does not hold it serves nobody.</summary>
    public bool Held
    {
        get
        {
            var holding = _holding;
            return holding.Epoch > 0 && clock.GetElapsedTime(holding.AskedAt) < holding.Term;
        }
    }

    /// <summary>Writes refused since the start of this process.</summary>
    public long RefusedCount => Volatile.Read(ref _refusedCount);

    /// <summary>Whether a fault is, or wraps, the refusal of a fenced write.</summary>
    public static bool IsRefusal(Exception? fault)
    {
        for (; fault is not null; fault = fault.InnerException)
        {
            if (fault is PostgresException { SqlState: RefusedState })
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A new command that goes first in every transaction with a durable write. It answers one row of one null.</summary>
    public NpgsqlBatchCommand Guard()
    {
        var holding = _holding;
        return new NpgsqlBatchCommand(GuardSql)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = holding.Silo, NpgsqlDbType = NpgsqlDbType.Text },
                new NpgsqlParameter<long> { TypedValue = holding.Epoch, NpgsqlDbType = NpgsqlDbType.Bigint },
            },
        };
    }

    /// <summary>Counts a write that PostgreSQL refused.</summary>
    public void CountRefused()
    {
        Interlocked.Increment(ref _refusedCount);
        Refused.Add(1);
    }

    /// <summary>Takes note of a lease that was asked for at <paramref name="askedAt"/>, a timestamp of the clock from before the question was sent.</summary>
    internal void Hold(string silo, long epoch, long askedAt, TimeSpan term) => _holding = new(silo, epoch, askedAt, term);

    /// <summary>Gives the lease up: nothing is served from here on.</summary>
    internal void Release() => _holding = _holding with { Term = TimeSpan.Zero };

    private sealed record Holding(string Silo, long Epoch, long AskedAt, TimeSpan Term);
}
