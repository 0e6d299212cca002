using System.Buffers.Binary;
using Npgsql;

namespace OrleansSocial.Kernel;

/// <summary>A stretch of the log, and where the database stood before it was read.</summary>
internal sealed record EventPage(IReadOnlyList<StoredEvent> Events, IReadOnlyList<EventPlace> Read, bool More, Horizon Horizon, DateOnly Today);

/// <summary>The table of events.</summary>
/// <remarks>
/// Transaction and ordinal number the events. Within a topic these numbers rise, for the writes of a grain follow each other, and a grain's
/// next activation begins after the last write of the one before.
/// </remarks>
internal sealed class EventLog(EventCatalog catalog, Horizons horizons)
{
    /// <summary>How many slots topics are spread over.</summary>
    public const int Slots = 64;

    private const string Columns = "xid, ordinal, id, at, alias, data::text";

    // A transaction bears the day of its beginning; those that are read may have begun a day before the cursor was given out, and
    // the clocks of silos differ from that of the database.
    private const string Days = "day BETWEEN least($3::date, (now() AT TIME ZONE 'utc')::date) - 1 AND (now() AT TIME ZONE 'utc')::date + 1";

    private static readonly Statement<(int Ordinal, Guid Id, IEvent Happened)> s_appended = new(
        """
        INSERT INTO events (day, ordinal, id, alias, topic, slot, audience, data, at)
        SELECT (now() AT TIME ZONE 'utc')::date, ordinal, id, alias, topic, slot, audience, data::jsonb, $8
        FROM unnest($1::int4[], $2::uuid[], $3::text[], $4::uuid[], $5::int2[], $6::uuid[], $7::text[]) AS e (ordinal, id, alias, topic, slot, audience, data)
        """,
        columns => columns
            .Int(e => e.Ordinal)
            .Uuid(e => e.Id)
            .Text(e => AliasOf(e.Happened))
            .Uuid(e => e.Happened.Topic)
            .Smallint(e => SlotOf(e.Happened.Topic))
            .UuidOrNull(e => e.Happened is IPersonal personal ? personal.To.Value : null)
            .Text(e => StateSerializer.Text(e.Happened))
            .Now());

    /// <summary>Adds an event to the rows of a transaction.</summary>
    public static void Append(Rows rows, int ordinal, Guid id, IEvent happened) => rows.Add(s_appended, (ordinal, id, happened));

    /// <summary>The name of an event in the log.</summary>
    public static string AliasOf(IEvent happened) => EventDeclaration.Of(happened.GetType()).Alias;

    /// <summary>The slot of a topic; the same in every version.</summary>
    public static short SlotOf(Guid topic)
    {
        Span<byte> bytes = stackalloc byte[16];
        topic.TryWriteBytes(bytes, bigEndian: true, out _);

        // The last bytes of identifiers are drawn by lot, of those that are made by time too.
        return (short)(BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]) % Slots);
    }

    /// <summary>Asks for what a person was told in transactions that are not below a number, and not long before a day; one more than the limit when there are too many.</summary>
    public static NpgsqlBatchCommand AskPersonal(UserId audience, ulong sinceXid, DateOnly sinceDay, int limit) => new(
        $"SELECT {Columns} FROM events WHERE audience = $1 AND xid >= $2 AND {Days} LIMIT $4::int8 + 1")
    {
        Parameters = { Sql.Uuid(audience), Sql.Xid(sinceXid), Sql.Date(sinceDay), Sql.Int(limit) },
    };

    /// <summary>Reads events of some names and slots from a place on, in their order.</summary>
    public async Task<EventPage> Read(
        NpgsqlConnection connection, EventPlace from, DateOnly sinceDay, IReadOnlyCollection<string> aliases, (short First, short Last) slots, int limit, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                // The horizon comes first: what commits between the two is read twice rather than passed over.
                new($"SELECT {Horizons.Columns}, (now() AT TIME ZONE 'utc')::date FROM {Horizons.FromSql}"),
                new($"SELECT {Columns} FROM events WHERE alias = ANY ($1) AND (xid, ordinal) >= ($2, $4) AND {Days} AND slot BETWEEN $5 AND $6 ORDER BY xid, ordinal LIMIT $7")
                {
                    Parameters =
                    {
                        Sql.Texts([.. aliases]), Sql.Xid(from.Xid), Sql.Date(sinceDay), Sql.Int(from.Ordinal), Sql.Smallint(slots.First), Sql.Smallint(slots.Last), Sql.Int(limit),
                    },
                },
            },
        };
        await using var results = await batch.ExecuteReaderAsync(cancellation);
        await results.ReadAsync(cancellation);
        var (now, today) = (horizons.Of(results), results.GetFieldValue<DateOnly>(3));
        await results.NextResultAsync(cancellation);
        var events = await Read(results, cancellation);
        var read = events.ConvertAll(stored => stored.Place);
        return new(events, read, read.Count == limit, now, today);
    }

    /// <summary>Reads a result of this table in its order. Passes over events of a version that this one does not know.</summary>
    public async Task<List<StoredEvent>> Read(NpgsqlDataReader results, CancellationToken cancellation)
    {
        var all = new List<StoredEvent>();
        while (await results.ReadAsync(cancellation))
        {
            if (catalog.Find(results.GetString(4)) is not { } declared) continue;
            var place = new EventPlace(results.GetFieldValue<ulong>(0), results.GetInt32(1));
            all.Add(new(place, results.GetGuid(2), Sql.Time(results, 3), declared.Read(results.GetString(5))));
        }

        return all;
    }
}
