using Npgsql;
using OrleansSocial.Realtime;

namespace OrleansSocial.Chat;

[Collection(ChatServerUsers.Name)]
public sealed class ChangeSourceTests(ChatServer server)
{
    private static readonly UserId Alice = ChatRulesTests.User(1), Bob = ChatRulesTests.User(2), Carol = ChatRulesTests.User(3);

    [Fact]
    public async Task Whoever_was_away_reads_what_was_sent_since()
    {
        await using var storage = await ChatStorage.Create(server);
        var log = await storage.Group(Alice, Bob);
        await storage.Send(log, Alice, "before").End;
        var since = await Horizon(storage);

        foreach (var i in Enumerable.Range(0, 40))
            await storage.Send(log, Alice, $"k{i}", $"text {i}").End;

        var changes = await Read(storage, Bob, since);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => $"text {i}"), Texts(changes));
        Assert.Equal(Enumerable.Range(4, 40).Select(i => (long?)i), changes.Select(c => c.Event.Seq));
        Assert.Empty(await Read(storage, Carol, since));
        Assert.Empty(await Read(storage, Bob, await Horizon(storage)));
    }

    [Theory]
    [InlineData(10, 43, "4 5 6 7 8 9")]
    [InlineData(4, 40, "41 42 43")]
    [InlineData(10, 40, "4 5 6 7 8 9 41 42 43")]
    [InlineData(4, 43, "")]
    [InlineData(44, 44, "4-43")]
    [InlineData(1, 3, "4-43")]
    public async Task What_was_pushed_as_one_stretch_is_stepped_over_and_what_lies_around_it_is_told(long first, long last, string told)
    {
        await using var storage = await ChatStorage.Create(server);
        var (log, other) = (await storage.Group(Alice, Bob), await storage.Group(Alice, Bob));
        await storage.Send(log, Alice, "before").End;
        var since = await Horizon(storage);
        foreach (var i in Enumerable.Range(4, 40)) await storage.Send(log, Alice, $"k{i}").End;
        await storage.Send(other, Alice, "elsewhere").End;

        var changes = await Read(storage, Bob, since, pushed: [new PushedRun(log.Id, first, last)]);

        var expected = told == "4-43" ? Enumerable.Range(4, 40).Select(i => (long)i) : told.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse);
        Assert.Equal(expected, changes.Where(c => c.Event.Topic == log.Id.Value).Select(c => c.Event.Seq!.Value));
        Assert.Single(changes, c => c.Event.Topic == other.Id.Value);
        Assert.Empty(await Read(storage, Carol, since, pushed: [new PushedRun(log.Id, first, last)]));
    }

    [Fact]
    public async Task A_transaction_that_commits_late_is_not_passed_over()
    {
        await using var storage = await ChatStorage.Create(server);
        var (slow, quick) = (await storage.Group(Alice, Bob), await storage.Group(Alice, Bob));
        await using var connection = await storage.Database.Open();
        await using var late = await connection.BeginTransactionAsync();
        await Insert(connection, slow.Id, 3, "late");

        // The quick one begins after the late one and commits before it: the reader sees it and gets a new horizon.
        await storage.Send(quick, Alice, "quick", "quick").End;
        var since = await Horizon(storage);
        Assert.Contains("quick", Texts(await Read(storage, Bob, since)));
        Assert.DoesNotContain("late", Texts(await Read(storage, Bob, since)));
        var next = await Horizon(storage);
        await late.CommitAsync();

        Assert.Contains("late", Texts(await Read(storage, Bob, next)));
    }

    [Fact]
    public async Task Pages_end_between_transactions_and_lose_nothing()
    {
        await using var storage = await ChatStorage.Create(server, new() { LanesMax = 1, BatchWritesMax = 1000 });
        var (one, two) = (await storage.Group(Alice, Bob), await storage.Group(Alice, Bob));
        var since = await Horizon(storage);
        foreach (var round in Enumerable.Range(0, 5))
        {
            List<ConversationWrite> writes;
            await using (await storage.HoldWrites())
            {
                var first = storage.Send(one, Alice, $"first{round}");
                await storage.WriteIsWaiting();
                writes = [first, .. Enumerable.Range(0, 700).Select(i => storage.Send(i % 3 == 0 ? two : one, Alice, $"{round}-{i}"))];
            }

            await Task.WhenAll(writes.Select(w => w.End));
        }

        var seen = new HashSet<(Guid?, long?)>();
        var from = since;
        while (await Read(storage, Bob, from, limit: 100) is { Count: > 0 } page)
        {
            Assert.True(page.Count >= 100 || page[^1].Xid >= from);
            seen.UnionWith(page.Select(c => (c.Event.Topic, c.Event.Seq)));
            Assert.Equal(page.Select(c => c.Xid).Order(), page.Select(c => c.Xid));
            from = page[^1].Xid + 1;
        }

        Assert.Equal(5 * 701, seen.Count);
    }

    [Fact]
    public async Task Edits_and_deletions_are_told_with_the_message_as_it_is_now()
    {
        await using var storage = await ChatStorage.Create(server);
        var log = await storage.Group(Alice, Bob);
        await storage.Send(log, Alice, "key", "first").End;
        var since = await Horizon(storage);
        var stored = (await storage.Messages.Find(log.Id, 3))!;
        var edited = ChatRules.Edited(stored.View, "second", DateTimeOffset.UnixEpoch);
        await Commit(storage, new(log.Ledger, log.Id) { Change = new(edited, stored.FirstPrint) });

        var change = Assert.Single(await Read(storage, Bob, since));

        Assert.Equal((LiveEventTypes.MessageChanged, 2, 3L), (change.Event.Type, change.Event.Version, change.Event.Seq));
        Assert.Equal(edited, change.Event.Data);
        Assert.Equal(TextPrint.Of("first"), (await storage.Messages.Find(log.Id, 3))!.FirstPrint);
    }

    [Fact]
    public async Task Joining_leaving_titles_and_read_markers_are_told()
    {
        await using var storage = await ChatStorage.Create(server);
        var log = await storage.Group(Alice, Bob);
        var since = await Horizon(storage);
        await Commit(storage, new(log.Ledger, log.Id, new LogEntry(EntryKind.Joined, Alice, "", subject: Carol)));
        await Commit(storage, new(log.Ledger, log.Id, new LogEntry(EntryKind.Titled, Alice, "theirs")));
        await storage.Send(log, Alice, "key").End;
        await Commit(storage, new(log.Ledger, log.Id) { Read = (Bob, 5) });

        var toCarol = await Read(storage, Carol, since);
        var room = Assert.IsType<ConversationView>(Assert.Single(toCarol, c => c.Event.Type == LiveEventTypes.ConversationChanged).Event.Data);
        Assert.Equal("theirs", room.Title);
        Assert.Equal([Alice, Bob, Carol], room.Members.Select(m => m.User));
        Assert.Equal(5, room.LastSeq);
        Assert.Equal([EntryKind.Joined, EntryKind.Titled, EntryKind.Text], toCarol.Select(c => c.Event.Data).OfType<MessageView>().Select(m => m.Kind));
        Assert.Equal([new ReadMarker(log.Id, Bob, 5)], toCarol.Select(c => c.Event.Data).OfType<ReadMarker>());

        since = await Horizon(storage);
        await Commit(storage, new(log.Ledger, log.Id, new LogEntry(EntryKind.Left, Alice, "", subject: Carol)));
        await storage.Send(log, Alice, "secret").End;

        var left = Assert.Single(await Read(storage, Carol, since));
        Assert.Equal(LiveEventTypes.ConversationLeft, left.Event.Type);
        Assert.Equal(new LeftNotice(log.Id), left.Event.Data);
    }

    [Fact]
    public async Task Events_that_count_differently_have_topics_of_their_own()
    {
        await using var storage = await ChatStorage.Create(server);
        var log = await storage.Group(Alice, Bob);
        await storage.Send(log, Alice, "key").End;
        await Commit(storage, new(log.Ledger, log.Id) { Read = (Bob, 3) });
        await Commit(storage, new(log.Ledger, log.Id) { Read = (Alice, 3) });

        var changes = await Read(storage, Bob, 1);

        Assert.Equal(changes.Count, changes.DistinctBy(c => (c.Event.Topic, c.Event.Seq, c.Event.Version)).Count());
    }

    private static async Task Commit(ChatStorage storage, ConversationWrite write)
    {
        Assert.True(storage.Writer.TryAdd(write));
        Assert.Equal(CommitOutcome.Stored, await write.End);
    }

    private static async Task Insert(NpgsqlConnection connection, ConversationId id, long seq, string text)
    {
        await using var command = new NpgsqlCommand(
            "INSERT INTO messages (conversation_id, seq, sender, client_key, text, sent_at) VALUES ($1, $2, $3, $4, $4, now())", connection)
        {
            Parameters = { Sql.Uuid(id), Sql.Bigint(seq), Sql.Uuid(Alice), Sql.Text(text) },
        };
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<ulong> Horizon(ChatStorage storage) => await storage.Scalar<ulong>("SELECT pg_snapshot_xmin(pg_current_snapshot())");

    private static async Task<IReadOnlyList<Change>> Read(
        ChatStorage storage, UserId user, ulong since, int limit = 10_000, IReadOnlyCollection<PushedRun>? pushed = null)
    {
        await using var connection = await storage.Database.Open();
        var (source, query) = (new ConversationChangeStore(), new ChangeQuery(user, since, pushed ?? [], limit));
        await using var batch = new NpgsqlBatch(connection);
        foreach (var command in source.Ask(query)) batch.BatchCommands.Add(command);
        ChangeAnswer answer;
        await using (var results = await batch.ExecuteReaderAsync()) answer = await source.Read(query, results, default);
        return await answer.Changes(connection, default);
    }

    private static IEnumerable<string> Texts(IEnumerable<Change> changes) =>
        changes.Select(c => c.Event.Data).OfType<MessageView>().Where(m => m.Kind == EntryKind.Text).Select(m => m.Text);
}
