using Npgsql;

namespace OrleansSocial.Kernel;

/// <summary>A part of a subscriber.</summary>
/// <param name="Subscriber">Its name.</param>
/// <param name="Number">Which part, from 0.</param>
internal readonly record struct SubscriberPart(string Subscriber, short Number)
{
    /// <summary>How many parts each subscriber has. Never another number: positions are those of parts.</summary>
    public const int Count = 8;

    private const int SlotsEach = EventLog.Slots / Count;

    /// <summary>The topics of a part.</summary>
    public (short First, short Last) Slots => ((short)(Number * SlotsEach), (short)((Number * SlotsEach) + SlotsEach - 1));

    /// <summary>The part that handles a topic.</summary>
    public static short Of(Guid topic) => (short)(EventLog.SlotOf(topic) / SlotsEach);

    /// <summary>The key of its grain.</summary>
    public string Key => $"{Subscriber}/{Number}";

    /// <summary>Reads such a key.</summary>
    public static SubscriberPart Parse(string key) => new(key[..key.LastIndexOf('/')], short.Parse(key[(key.LastIndexOf('/') + 1)..], System.Globalization.CultureInfo.InvariantCulture));
}

/// <summary>A position that moves.</summary>
internal sealed record MovedPosition(SubscriberPart Part, EventPosition To);

/// <summary>An event that could not be handled.</summary>
internal sealed record ParkedEvent(string Subscriber, Guid Id, string Alias, Guid Topic, string Data, int Attempts, string Error, DateTimeOffset At);

/// <summary>The tables of how far subscribers are, and of what they could not handle.</summary>
internal sealed class SubscriberStore(Database database)
{
    /// <summary>Moves positions, each from the version before.</summary>
    public static readonly Statement<MovedPosition> Moved = new(
        """
        UPDATE event_positions AS p SET version = i.v, xid = i.x::xid8, ordinal = i.o, day = i.d::date, ahead_xids = i.ax::xid8[], ahead_ordinals = i.ao::int4[]
        FROM unnest($1::text[], $2::int2[], $3::int8[], $4::text[], $5::int4[], $6::text[], $7::text[], $8::text[]) AS i (s, n, v, x, o, d, ax, ao)
        WHERE p.subscriber = i.s AND p.part = i.n AND p.version = i.v - 1
        """,
        columns => columns
            .Text(r => r.Part.Subscriber)
            .Smallint(r => r.Part.Number)
            .Bigint(r => r.To.Version)
            .Text(r => $"{r.To.Position.Xid}")
            .Int(r => r.To.Position.Ordinal)
            .Text(r => r.To.Day.ToString("O", null))
            .Text(r => $"{{{string.Join(',', r.To.Ahead.Select(place => place.Xid))}}}")
            .Text(r => $"{{{string.Join(',', r.To.Ahead.Select(place => place.Ordinal))}}}"),
        order: 20);

    /// <summary>Parks events, or keeps the error of a later attempt.</summary>
    public static readonly Statement<ParkedEvent> Parked = new(
        """
        INSERT INTO event_parked (subscriber, id, alias, topic, data, attempts, error, parked_at)
        SELECT s, id, a, t, d::jsonb, n, e, at FROM unnest($1::text[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::int4[], $7::text[], $8::timestamptz[]) AS i (s, id, a, t, d, n, e, at)
        ON CONFLICT (subscriber, id) DO UPDATE SET attempts = excluded.attempts, error = excluded.error
        """,
        columns => columns.Text(r => r.Subscriber).Uuid(r => r.Id).Text(r => r.Alias).Uuid(r => r.Topic).Text(r => r.Data).Int(r => r.Attempts).Text(r => r.Error).Time(r => r.At),
        order: 21);

    /// <summary>Removes parked events that were handled. One that is not there any more ends the transaction: it was handled by another's doing.</summary>
    public static readonly Statement<(string Subscriber, Guid Id)> Unparked = Removal(touchesAny: false);

    /// <summary>Removes parked events that are given up.</summary>
    public static readonly Statement<(string Subscriber, Guid Id)> Discarded = Removal(touchesAny: true);

    /// <summary>Where a part is. One that is new begins with the log.</summary>
    public async Task<EventPosition> Load(SubscriberPart part, WriteFence fence, CancellationToken cancellation = default)
    {
        if (await Find(part, cancellation) is { } known) return known;
        await database.Use(
            async (connection, token) =>
            {
                const string New = """
                    INSERT INTO event_positions (subscriber, part, version, xid, ordinal, day, ahead_xids, ahead_ordinals)
                    SELECT $1, $2, 0, '0', 0, coalesce((SELECT min(day) FROM events), (now() AT TIME ZONE 'utc')::date), '{}', '{}'
                    ON CONFLICT DO NOTHING
                    """;
                await using var batch = new NpgsqlBatch(connection) { BatchCommands = { fence.Guard(), new(New) { Parameters = { Sql.Text(part.Subscriber), Sql.Smallint(part.Number) } } } };
                return await batch.ExecuteNonQueryAsync(token);
            },
            cancellation);
        return (await Find(part, cancellation))!;
    }

    /// <summary>What is parked for a subscriber, the oldest first.</summary>
    public Task<List<ParkedEvent>> ReadParked(string? subscriber, Guid? id, int limit) => database.All(
        """
        SELECT subscriber, id, alias, topic, data::text, attempts, error, parked_at FROM event_parked
        WHERE ($1::text IS NULL OR subscriber = $1) AND ($2::uuid IS NULL OR id = $2) ORDER BY parked_at, id LIMIT $3
        """,
        [Sql.TextOrNull(subscriber), Sql.UuidOrNull(id), Sql.Int(limit)],
        row => new ParkedEvent(row.GetString(0), row.GetGuid(1), row.GetString(2), row.GetGuid(3), row.GetString(4), row.GetInt32(5), row.GetString(6), Sql.Time(row, 7)));

    /// <summary>How many events are parked for each subscriber that has any.</summary>
    public Task<List<(string Subscriber, long Count)>> CountParked(CancellationToken cancellation) => database.All(
        "SELECT subscriber, count(*) FROM event_parked GROUP BY subscriber", [], row => (row.GetString(0), row.GetInt64(1)), cancellation);

    private static Statement<(string Subscriber, Guid Id)> Removal(bool touchesAny) => new(
        "DELETE FROM event_parked USING unnest($1::text[], $2::uuid[]) AS i (s, n) WHERE subscriber = i.s AND id = i.n",
        columns => columns.Text(r => r.Subscriber).Uuid(r => r.Id),
        order: 21) { TouchesAny = touchesAny };

    private Task<EventPosition?> Find(SubscriberPart part, CancellationToken cancellation) => database.First(
        "SELECT version, xid, ordinal, day, ahead_xids, ahead_ordinals FROM event_positions WHERE subscriber = $1 AND part = $2",
        [Sql.Text(part.Subscriber), Sql.Smallint(part.Number)],
        row => new EventPosition(
            row.GetInt64(0),
            new(row.GetFieldValue<ulong>(1), row.GetInt32(2)),
            row.GetFieldValue<DateOnly>(3),
            [.. row.GetFieldValue<ulong[]>(4).Zip(row.GetFieldValue<int[]>(5), (xid, ordinal) => new EventPlace(xid, ordinal))]),
        cancellation);
}
