using System.Diagnostics.Metrics;
using Npgsql;
using NpgsqlTypes;

namespace OrleansSocial.Kernel;

/// <summary>The fence of this process: every durable write carries it, and PostgreSQL refuses the write once the row of the fence is gone.</summary>
/// <remarks>Invariants:
/// 1. A transaction that begins with <see cref="Guard"/> commits only while the row stands: it cannot be removed before the transaction ends.
/// 2. Nobody hears that a silo is dead before its row is gone, so what takes its place never meets a write of it.
/// 3. A fence that is gone never comes back: each process draws its own.</remarks>
public sealed class WriteFence
{
    /// <summary>SQLSTATE of a write that PostgreSQL refused because the fence is gone.</summary>
    public const string RefusedState = "SF001";

    /// <summary>The setting of a session by which statements that cannot carry the fence are guarded.</summary>
    public const string SessionSetting = "social.fence";

    /// <summary>The statement that each write transaction runs first.</summary>
    public const string GuardSql = "SELECT pg_current_xact_id(), social_guard($1)";

    private static readonly Meter s_meter = new("OrleansSocial.Kernel");
    private static readonly Counter<long> s_refused =
        s_meter.CreateCounter<long>("social.writes.refused", "{write}", "Writes that PostgreSQL refused because this silo was replaced.");

    private long _refusedCount;

    /// <summary>Names this process to PostgreSQL.</summary>
    public Guid Id { get; } = Guid.CreateVersion7();

    /// <summary>Writes refused since the start of this process.</summary>
    public long RefusedCount => Volatile.Read(ref _refusedCount);

    /// <summary>Called with each refused write: this process was replaced, or has left its cluster.</summary>
    internal event Action? WriteRefused;

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

    /// <summary>A new command that goes first in every transaction with a durable write. It answers the number of the transaction.</summary>
    public NpgsqlBatchCommand Guard() => new(GuardSql)
    {
        Parameters = { new NpgsqlParameter<Guid> { TypedValue = Id, NpgsqlDbType = NpgsqlDbType.Uuid } },
    };

    /// <summary>Counts a write that PostgreSQL refused.</summary>
    public void CountRefused()
    {
        Interlocked.Increment(ref _refusedCount);
        s_refused.Add(1);
        WriteRefused?.Invoke();
    }
}
