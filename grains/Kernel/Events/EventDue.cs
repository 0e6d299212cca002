namespace OrleansSocial.Kernel;

/// <summary>The table of events that are still to happen.</summary>
internal sealed class EventDue(EventCatalog catalog, Database database)
{
    /// <summary>Puts an event in, or off. Of several in one transaction the last counts.</summary>
    public static readonly Statement<(DateTimeOffset At, IEvent Happens)> Put = new(
        """
        INSERT INTO event_due (alias, topic, at, data) SELECT a, t, d, j::jsonb FROM unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::text[]) AS i (a, t, d, j)
        ON CONFLICT (alias, topic) DO UPDATE SET at = excluded.at, data = excluded.data
        """,
        columns => columns.Text(r => EventLog.AliasOf(r.Happens)).Uuid(r => r.Happens.Topic).Time(r => r.At).Text(r => StateSerializer.Text(r.Happens)),
        order: 8) { Merge = new(r => (EventLog.AliasOf(r.Happens), r.Happens.Topic), (_, last) => last) };

    /// <summary>Takes events back.</summary>
    public static readonly Statement<(string Alias, Guid Topic)> TakenBack = new(
        "DELETE FROM event_due USING unnest($1::text[], $2::uuid[]) AS i (a, t) WHERE alias = i.a AND topic = i.t",
        columns => columns.Text(r => r.Alias).Uuid(r => r.Topic),
        order: 9) { TouchesAny = true };

    /// <summary>Takes out events that happen now, as they were read: one that was put off or taken back since, or happened by another's doing, ends the transaction.</summary>
    public static readonly Statement<DueEvent> Happened = new(
        "DELETE FROM event_due USING unnest($1::text[], $2::uuid[], $3::timestamptz[]) AS i (a, t, d) WHERE alias = i.a AND topic = i.t AND at = i.d",
        columns => columns.Text(r => EventLog.AliasOf(r.Happens)).Uuid(r => r.Happens.Topic).Time(r => r.At),
        order: 9);

    /// <summary>The first events whose time has come by the clock of the database.</summary>
    public Task<List<DueEvent>> Read(int limit, CancellationToken cancellation) => database.All(
        "SELECT at, alias, data::text FROM event_due WHERE at <= now() AND alias = ANY ($2) ORDER BY at LIMIT $1",
        [Sql.Int(limit), Sql.Texts([.. catalog.All.Select(one => one.Alias)])],
        row => new DueEvent(Sql.Time(row, 0), catalog.Find(row.GetString(1))!.Read(row.GetString(2))),
        cancellation);
}

/// <summary>An event that is to happen.</summary>
/// <param name="At">When.</param>
/// <param name="Happens">What.</param>
internal sealed record DueEvent(DateTimeOffset At, IEvent Happens);
