using Microsoft.Extensions.Options;
using OrleansSocial.Benchmarks.Chat;
using OrleansSocial.Benchmarks.Command;
using OrleansSocial.Benchmarks.Load;
using OrleansSocial.Benchmarks.Report;
using OrleansSocial.Chat;
using OrleansSocial.Kernel;
using OrleansSocial.Realtime;
using Support;

namespace OrleansSocial.Benchmarks.Reads;

/// <summary>What one person asks who is in three hundred groups of five hundred people, with sixty days of events: what is new, the list of conversations, messages by the set.</summary>
internal static class ReadBenchmarks
{
    private const int Groups = 300;
    private const int People = 500;
    private const int Messages = 20;
    private const int Days = 60;
    private const int Events = 200_000;

    /// <summary>Runs it.</summary>
    public static async Task Run(Bench bench)
    {
        var (rounds, reads) = (bench.Settings.Rounds, bench.Settings.Size(100, 5));
        var section = bench.Section("Reads", $"One person in {Groups} groups of {People} people with {Messages} messages each, at the stores unless it says otherwise, with {Days} days of events.", SocialTarget.OurName);
        await using var postgres = await BenchmarkPostgres.Start();
        var connection = await postgres.CreateTables();
        var fence = new WriteFence();
        await PrivatePostgres.Execute(connection, $"INSERT INTO silo_fences (silo, fence, membership) VALUES ('benchmark', '{fence.Id}', 'postgresql'); INSERT INTO heartbeats (silo) VALUES ('benchmark')");
        await using var database = new Database(connection, new DatabaseOptions(), fence, TimeProvider.System);
        var cluster = new ClusterKey();
        cluster.Hold(new byte[ClusterKey.SecretBytes]);
        var me = UserId.From(new Guid(1, 0, 0, new byte[8]));
        var (messages, inbox, list) = (new MessageStore(database), new InboxStore(database), new Keyset<InboxKey>("chat.inbox", cluster));
        var refs = Enumerable.Range(1, 50).Select(i => new MessageRef(ConversationId.From(Room(i)), 5)).ToList();
        ChangeStore Changes(int sources) => new(
            database, new Horizons(), [new ConversationChangeStore(), .. Enumerable.Range(1, sources - 1).Select(_ => new EventChangeSource(new(new([]), new())))],
            Options.Create(new RealtimeOptions()), TimeProvider.System);
        var (two, thirty) = (Changes(2), Changes(30));
        var old = (await two.Read(me, null, 100, CancellationToken.None)).Next;
        await Fill(connection, bench.Settings.Size(Events, 5_000));
        var fresh = (await two.Read(me, null, 100, CancellationToken.None)).Next;

        await using var saved = await BookmarkReads.Start(await postgres.CreateDatabase());

        (string Name, Func<Task> Read)[] kinds =
        [
            ("what is new, when nothing is", () => two.Read(me, fresh, 100, CancellationToken.None)),
            ("the same with thirty sources", () => thirty.Read(me, fresh, 100, CancellationToken.None)),
            ("what is new, when it is too much", () => two.Read(me, old, 100, CancellationToken.None)),
            ("the first page of conversations", () => inbox.Page(me, list.Read(me, PageAsk.Of(null, null, 50).Value).Value)),
            ("one message", () => messages.Read(me, [refs[0]])),
            ("fifty messages of fifty conversations", () => messages.Read(me, refs)),
            ("one saved message, over HTTP", () => saved.Read(1)),
            ("fifty saved messages of thirty conversations, over HTTP", () => saved.Read(50)),
        ];
        bench.Steps((rounds + 1) * kinds.Length);
        for (var round = -1; round < rounds; round++)
        {
            foreach (var (name, read) in kinds)
            {
                bench.Step(name, Math.Max(0, round));
                var took = new Latencies();
                for (var i = 0; i < reads; i++)
                {
                    var since = TimeProvider.System.GetTimestamp();
                    await read();
                    took.Since(since);
                }

                if (round < 0) continue;
                section.Add(name, "read, p50", "ms", Better.Lower, SocialTarget.OurName, took.Percentile(50));
                section.Add(name, "read, p99", "ms", Better.Lower, SocialTarget.OurName, took.Percentile(99));
            }
        }
    }

    private static Guid Room(int number) => new(number, 1, 0, new byte[8]);

    private static Task Fill(string connection, int events) => PrivatePostgres.Execute(
        connection,
        $$"""
        CREATE FUNCTION room(i int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $f$ SELECT (lpad(to_hex(i), 8, '0') || '-0001-0000-0000-000000000000')::uuid $f$;
        CREATE FUNCTION person(i int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $f$ SELECT (lpad(to_hex(i), 8, '0') || '-0000-0000-0000-000000000000')::uuid $f$;
        INSERT INTO conversations (id, kind, title, created_by, created_at, creation_print) SELECT room(i), 2, 'group ' || i, person(1), now(), '\x00' FROM generate_series(1, {{Groups}}) AS i;
        INSERT INTO members (conversation_id, user_id, role, joined_seq, read_seq) SELECT room(i), person(CASE p WHEN 1 THEN 1 ELSE i * 7 + p END), 1, 1, 1
        FROM generate_series(1, {{Groups}}) AS i, generate_series(1, {{People}}) AS p;
        INSERT INTO messages (conversation_id, sender, seq, sent_at, client_key, text) SELECT room(i), person(1), s, now(), s::text, 'How about lunch at the place by the river tomorrow, around noon?'
        FROM generate_series(1, {{Groups}}) AS i, generate_series(1, {{Messages}}) AS s;
        DO $f$ BEGIN
            FOR past IN 1..{{Days}} LOOP
                EXECUTE format('CREATE TABLE %I PARTITION OF events FOR VALUES FROM (%L) TO (%L)', 'events_' || to_char(now() - past * interval '1 day', 'YYYYMMDD'),
                    (now() AT TIME ZONE 'utc')::date - past, (now() AT TIME ZONE 'utc')::date - past + 1);
            END LOOP;
        END $f$;
        INSERT INTO events (day, ordinal, id, alias, topic, slot, audience, at, data)
        SELECT (now() AT TIME ZONE 'utc')::date - i % {{Days}}, i, gen_random_uuid(), 'bookmarks.removed', person(i % 1000), 0, person(i % 1000), now(), '{}' FROM generate_series(1, {{events}}) AS i;
        UPDATE heartbeats SET at = clock_timestamp();
        ANALYZE;
        """);
}
