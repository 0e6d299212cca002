using Npgsql;

namespace OrleansSocial.Realtime;

/// <summary>Tells a person from the log of events what they were told: the one source of every slice that has no log of its own.</summary>
internal sealed class EventChangeSource(EventLog log) : IChangeSource
{
    /// <inheritdoc/>
    public IEnumerable<NpgsqlBatchCommand> Ask(ChangeQuery query) => [EventLog.AskPersonal(query.User, query.SinceXid, query.SinceDay, query.Limit)];

    /// <inheritdoc/>
    public async Task<List<Change>?> Read(ChangeQuery query, NpgsqlDataReader results, CancellationToken cancellation) =>
        [.. from stored in await log.Read(results, cancellation) let told = PersonalEvents.Of(stored) where told is not null select new Change(stored.Place.Xid, told)];
}
