using System.Diagnostics.Metrics;
using Npgsql;
using NpgsqlTypes;

namespace Orleans.Bundled;

/// <summary>Lets grain state be written only while this silo's lease stands in the database.</summary>
internal sealed class LeaseWriteGuard : IDurableWriteGuard, ISiloLeaseObserver
{
    private const string RefusedState = "SF001";

    private static readonly Meter s_meter = new("Orleans.Bundled.Cluster");
    private static readonly Counter<long> s_refused = s_meter.CreateCounter<long>(
        "orleans-lease-writes-refused", "{write}", "Durable writes that the database refused because this silo's lease is gone.");

    private volatile Lease _lease = new("", 0);
    private long _refusedCount;

    /// <summary>Writes refused so far.</summary>
    public long RefusedCount => Volatile.Read(ref _refusedCount);

    // A silo that lost its lease still asks: the database refuses, and the refusal is counted.
    public NpgsqlBatchCommand CreateCommand()
    {
        var lease = _lease;
        return new NpgsqlBatchCommand("SELECT lease_guard($1, $2)")
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = lease.Silo, NpgsqlDbType = NpgsqlDbType.Text },
                new NpgsqlParameter<long> { TypedValue = lease.Epoch, NpgsqlDbType = NpgsqlDbType.Bigint },
            },
        };
    }

    public bool IsRefusal(PostgresException failure) => failure.SqlState == RefusedState;

    public void OnRefused()
    {
        Interlocked.Increment(ref _refusedCount);
        s_refused.Add(1);
    }

    public void Held(string silo, long epoch, long askedAt, TimeSpan term)
    {
        if (_lease.Epoch != epoch) _lease = new(silo, epoch);
    }

    public void Lost(bool replaced)
    {
    }

    private sealed record Lease(string Silo, long Epoch);
}
