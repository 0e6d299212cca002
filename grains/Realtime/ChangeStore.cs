using Microsoft.Extensions.Options;
using Npgsql;

namespace OrleansSocial.Realtime;

/// <summary>Reads what happened to a person since a cursor from the tables of every slice.</summary>
internal sealed class ChangeStore(Database database, Horizons horizons, IEnumerable<IChangeSource> sources, IOptions<RealtimeOptions> options, TimeProvider clock)
{
    private readonly IChangeSource[] _sources = [.. sources];

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
        var query = new ChangeQuery(user, cursor?.Horizon ?? 0, CursorToken.DateOf(cursor?.Day ?? 0), pushed, options.Value.ReplayEventsMax);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Horizons.Ask() } };
        foreach (var command in cursor is null ? [] : _sources.SelectMany(source => source.Ask(query))) batch.BatchCommands.Add(command);

        var today = CursorToken.DayOf(clock.GetUtcNow());
        await using var results = await batch.ExecuteReaderAsync(cancellation);
        await results.ReadAsync(cancellation);
        var now = horizons.Of(results);
        var reset = ChangeRules.Judge(cursor, now, today, options.Value.CursorDaysMax);
        if (reset != ResetReason.None) return Fresh(now, today, reset);

        var all = new List<Change>();
        foreach (var source in _sources)
        {
            await results.NextResultAsync(cancellation);
            var changes = await source.Read(query, results, cancellation);
            if (changes is null || all.Count + changes.Count > query.Limit) return Fresh(now, today, ResetReason.TooMany);
            all.AddRange(changes);
        }

        all.Sort(ChangeRules.Compare);
        var (count, next, more) = ChangeRules.Cut(all, query.SinceXid, now, limit);
        return new ChangePage(count == all.Count ? all : all.GetRange(0, count), new CursorToken(next, today, now.History), more, ResetReason.None);
    }

    private static ChangePage Fresh(Horizon now, int today, ResetReason reason)
        => new([], new CursorToken(ChangeRules.Fresh(now), today, now.History), false, reason);
}
