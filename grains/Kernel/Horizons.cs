using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace OrleansSocial.Kernel;

/// <summary>Where the database stands. Read before the rows that it is to cover, or in their snapshot.</summary>
/// <param name="Running">The lowest transaction that may still be running (the snapshot's xmin): everything below it has ended.</param>
/// <param name="Durable">A transaction that has certainly been written to disk: no number up to it is ever given out again.</param>
/// <param name="History">Names the history that these numbers belong to.</param>
internal readonly record struct Horizon(ulong Running, ulong Durable, ulong History);

/// <summary>Reads horizons: the one place that knows what PostgreSQL answers.</summary>
/// <remarks>Invariant: <see cref="Horizon.Durable"/> rests on the newest heartbeat of a silo, which is a committed write.</remarks>
internal sealed class Horizons
{
    /// <summary>What a statement selects <see cref="FromSql"/> for, as its first columns.</summary>
    public const string Columns = "h.running, h.durable, h.history";

    /// <summary>What a statement adds to its tables.</summary>
    public const string FromSql = "social_horizon() AS h";

    private volatile NamedHistory _history = new("", 0);

    /// <summary>Asks for the horizon alone.</summary>
    public static NpgsqlBatchCommand Ask() => new($"SELECT {Columns} FROM {FromSql}");

    /// <summary>The horizon in the first columns of a row.</summary>
    /// <exception cref="DatabaseUnavailableException">No silo lives: nothing tells what is on disk.</exception>
    public Horizon Of(NpgsqlDataReader row) => row.IsDBNull(1)
        ? throw new DatabaseUnavailableException("No silo of this database has a heartbeat.")
        : new Horizon(row.GetFieldValue<ulong>(0), row.GetFieldValue<ulong>(1), HistoryOf(row.GetString(2)));

    private ulong HistoryOf(string name)
    {
        var known = _history;
        if (known.Name != name)
            _history = known = new NamedHistory(name, BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name))));
        return known.Number;
    }

    private sealed record NamedHistory(string Name, ulong Number);
}
