using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Npgsql;

namespace OrleansSocial.Realtime;

/// <summary>Reads what happened to a person since a cursor from the tables of every slice.</summary>
internal sealed class ChangeStore(Database database, IEnumerable<IChangeSource> sources, IOptions<RealtimeOptions> options, TimeProvider clock)
{
    // The lease of a silo is renewed by a committed write every few seconds, and the row's xmin names that transaction.
    // The name of a log file begins with the timeline.
    private const string HorizonSql =
        """
        SELECT pg_snapshot_xmin(s.now), pg_snapshot_xmax(s.now),
               (SELECT l.xmin FROM silo_leases l ORDER BY l.expires_at DESC LIMIT 1),
               (SELECT system_identifier FROM pg_control_system())::text || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8) || '/' ||
               (SELECT oid FROM pg_database WHERE datname = current_database())::text
        FROM (SELECT pg_current_snapshot() AS now) s
        """;

    private readonly IChangeSource[] _sources = [.. sources];
    private volatile NamedHistory _history = new("", 0);

    /// <summary>A page of what happened since <paramref name="cursor"/>, or the reason for a reset with a fresh cursor.</summary>
    /// <exception cref="DatabaseUnavailableException">PostgreSQL cannot be reached.</exception>
    public Task<ChangePage> Read(UserId user, CursorToken? cursor, int limit, CancellationToken cancellation)
        => database.Use((connection, token) => Read(connection, user, cursor, [], limit, token), cancellation);

    /// <summary>All that happened since <paramref name="cursor"/> but what is known to have been pushed.</summary>
    /// <exception cref="DatabaseUnavailableException">PostgreSQL cannot be reached.</exception>
    public Task<ChangePage> ReadUnpushed(UserId user, CursorToken cursor, IReadOnlyCollection<PushedRun> pushed, CancellationToken cancellation)
        => database.Use((connection, token) => Read(connection, user, cursor, pushed, int.MaxValue, token), cancellation);

    private async Task<ChangePage> Read(
        NpgsqlConnection connection, UserId user, CursorToken? cursor, IReadOnlyCollection<PushedRun> pushed, int limit, CancellationToken cancellation)
    {
        // The horizon comes first: what commits between it and the reading of the tables comes twice rather than not at all.
        var now = await ReadHorizon(connection, cancellation);
        var today = CursorToken.DayOf(clock.GetUtcNow());
        var reset = ChangeRules.Judge(cursor, now, today, options.Value.CursorDaysMax);
        if (reset != ResetReason.None) return Fresh(now, today, reset);

        var since = cursor!.Value.Horizon;
        var all = new List<Change>();
        foreach (var source in _sources)
        {
            all.AddRange(await source.Read(connection, user, since, pushed, options.Value.ReplayEventsMax + 1, cancellation));
            if (all.Count > options.Value.ReplayEventsMax) return Fresh(now, today, ResetReason.TooMany);
        }

        all.Sort(ChangeRules.Compare);
        var (count, next, more) = ChangeRules.Cut(all, since, now, limit);
        return new ChangePage(count == all.Count ? all : all.GetRange(0, count), new CursorToken(next, today, now.History), more, ResetReason.None);
    }

    private static ChangePage Fresh(Horizon now, int today, ResetReason reason)
        => new([], new CursorToken(ChangeRules.Fresh(now), today, now.History), false, reason);

    private async Task<Horizon> ReadHorizon(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(HorizonSql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        if (await reader.IsDBNullAsync(2, cancellation)) throw new DatabaseUnavailableException("No silo holds a lease on this database.");
        return new Horizon(
            reader.GetFieldValue<ulong>(0),
            ChangeRules.Widen(reader.GetFieldValue<uint>(2), reader.GetFieldValue<ulong>(1)),
            HistoryOf(reader.GetString(3)));
    }

    private ulong HistoryOf(string name)
    {
        var known = _history;
        if (known.Name != name)
            _history = known = new NamedHistory(name, BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name))));
        return known.Number;
    }

    private sealed record NamedHistory(string Name, ulong Number);
}
