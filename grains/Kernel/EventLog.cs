using System.Buffers.Binary;
using Npgsql;

namespace OrleansSocial.Kernel;

/// <summary>An event as the log holds it.</summary>
/// <param name="Xid">The transaction that wrote it.</param>
/// <param name="Ordinal">Its place among the events of that transaction.</param>
/// <param name="Happened">What happened.</param>
internal sealed record StoredEvent(ulong Xid, int Ordinal, IEvent Happened);

/// <summary>The table of events.</summary>
/// <remarks>
/// Transaction and ordinal number the events. Within a topic these numbers rise, for the writes of a grain follow each other, and a grain's
/// next activation begins after the last write of the one before.
/// </remarks>
internal sealed class EventLog(EventCatalog catalog)
{
    /// <summary>How many slots topics are spread over.</summary>
    public const int Slots = 64;

    private const string Columns = "xid, ordinal, alias, data::text";

    // A transaction bears the day of its beginning; those that are read may have begun a day before the cursor was given out, and
    // the clocks of silos differ from that of the database.
    private const string Days = "day BETWEEN least($3::date, (now() AT TIME ZONE 'utc')::date) - 1 AND (now() AT TIME ZONE 'utc')::date + 1";

    private static readonly Statement<(int Ordinal, IEvent Happened)> Appended = new(
        """
        INSERT INTO events (day, ordinal, alias, topic, slot, audience, data, at)
        SELECT (now() AT TIME ZONE 'utc')::date, ordinal, alias, topic, slot, audience, data::jsonb, $7
        FROM unnest($1::int4[], $2::text[], $3::uuid[], $4::int2[], $5::uuid[], $6::text[]) AS e (ordinal, alias, topic, slot, audience, data)
        """,
        columns => columns
            .Int(e => e.Ordinal)
            .Text(e => EventDeclaration.Of(e.Happened.GetType()).Alias)
            .Uuid(e => e.Happened.Topic)
            .Smallint(e => SlotOf(e.Happened.Topic))
            .UuidOrNull(e => e.Happened is IPersonal personal ? personal.To.Value : null)
            .Text(e => StateSerializer.Text(e.Happened))
            .Now());

    /// <summary>Adds an event to the rows of a transaction.</summary>
    public static void Append(Rows rows, int ordinal, IEvent happened) => rows.Add(Appended, (ordinal, happened));

    /// <summary>The slot of a topic; the same in every version.</summary>
    public static short SlotOf(Guid topic)
    {
        Span<byte> bytes = stackalloc byte[16];
        topic.TryWriteBytes(bytes, bigEndian: true, out _);

        // The last bytes of identifiers are drawn by lot, of those that are made by time too.
        return (short)(BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]) % Slots);
    }

    /// <summary>Asks for what a person was told in transactions that are not below a number, and not long before a day.</summary>
    public static NpgsqlBatchCommand AskPersonal(UserId audience, ulong sinceXid, DateOnly sinceDay, int limit) => new(
        $"SELECT {Columns} FROM events WHERE audience = $1 AND xid >= $2 AND {Days} ORDER BY xid FETCH FIRST ($4) ROWS WITH TIES")
    {
        Parameters = { Sql.Uuid(audience), Sql.Xid(sinceXid), Sql.Date(sinceDay), Sql.Int(limit) },
    };

    /// <summary>Reads a result of this table in the order of transactions. Passes over events of a version that this one does not know.</summary>
    public async Task<List<StoredEvent>> Read(NpgsqlDataReader results, CancellationToken cancellation)
    {
        var all = new List<StoredEvent>();
        while (await results.ReadAsync(cancellation))
        {
            if (catalog.Find(results.GetString(2)) is not { } declared) continue;
            all.Add(new(results.GetFieldValue<ulong>(0), results.GetInt32(1), (IEvent)StateSerializer.Read(results.GetString(3), declared.Record)));
        }

        return all;
    }
}
