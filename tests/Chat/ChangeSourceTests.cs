using Npgsql;
using OrleansSocial.Realtime;

namespace OrleansSocial.Chat;

[Collection(ChatServerUsers.Name)]
public sealed class ChangeSourceTests(ChatServer server) : ChangeSourceSuite
{
    private static readonly UserId s_alice = ChatRulesTests.User(1), s_bob = ChatRulesTests.User(2), s_carol = ChatRulesTests.User(3);

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
        var (log, other) = (await storage.Group(s_alice, s_bob), await storage.Group(s_alice, s_bob));
        await storage.Send(log, s_alice, "before").End;
        var since = await Horizon(storage);
        foreach (var i in Enumerable.Range(4, 40)) await storage.Send(log, s_alice, $"k{i}").End;
        await storage.Send(other, s_alice, "elsewhere").End;

        var changes = await Read(storage, s_bob, since, pushed: [new PushedRun(log.Id, first, last)]);

        var expected = told == "4-43" ? Enumerable.Range(4, 40).Select(i => (long)i) : told.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse);
        Assert.Equal(expected, changes.Where(c => c.Event.Topic == log.Id.Value).Select(c => c.Event.Seq!.Value));
        Assert.Single(changes, c => c.Event.Topic == other.Id.Value);
        Assert.Empty(await Read(storage, s_carol, since, pushed: [new PushedRun(log.Id, first, last)]));
    }

    [Fact]
    public async Task Edits_and_deletions_are_told_with_the_message_as_it_is_now()
    {
        await using var storage = await ChatStorage.Create(server);
        var log = await storage.Group(s_alice, s_bob);
        await storage.Send(log, s_alice, "key", "first").End;
        var since = await Horizon(storage);
        var stored = (await storage.Messages.Find(log.Id, 3))!;
        var edited = ChatRules.Edited(stored.View, "second", DateTimeOffset.UnixEpoch);
        await Commit(storage, new(log.Ledger, log.Id) { Change = new(edited, stored.FirstPrint) });

        var change = Assert.Single(await Read(storage, s_bob, since));

        Assert.Equal((ChatLive.MessageChanged.Name, 2, 3L), (change.Event.Type, change.Event.Version, change.Event.Seq));
        Assert.Equal(edited, change.Event.Data);
        Assert.Equal(TextPrint.Of("first"), (await storage.Messages.Find(log.Id, 3))!.FirstPrint);
    }

    [Fact]
    public async Task Joining_leaving_titles_and_read_markers_are_told()
    {
        await using var storage = await ChatStorage.Create(server);
        var log = await storage.Group(s_alice, s_bob);
        var since = await Horizon(storage);
        await Commit(storage, new(log.Ledger, log.Id, new LogEntry(EntryKind.Joined, s_alice, "", subject: s_carol)));
        await Commit(storage, new(log.Ledger, log.Id, new LogEntry(EntryKind.Titled, s_alice, "theirs")));
        await storage.Send(log, s_alice, "key").End;
        await Commit(storage, new(log.Ledger, log.Id) { Read = (s_bob, 5) });

        var toCarol = await Read(storage, s_carol, since);
        Assert.Equal(new JoinedNotice(log.Id, ConversationKind.Group, "theirs"), Assert.Single(toCarol, c => c.Event.Type == ChatLive.ConversationJoined.Name).Event.Data);
        Assert.DoesNotContain(await Read(storage, s_bob, since), c => c.Event.Type == ChatLive.ConversationJoined.Name);
        Assert.Equal([EntryKind.Joined, EntryKind.Titled, EntryKind.Text], toCarol.Select(c => c.Event.Data).OfType<MessageView>().Select(m => m.Kind));
        Assert.Equal([new ReadMarker(log.Id, s_bob, 5)], toCarol.Select(c => c.Event.Data).OfType<ReadMarker>());

        since = await Horizon(storage);
        await Commit(storage, new(log.Ledger, log.Id, new LogEntry(EntryKind.Left, s_alice, "", subject: s_carol)));
        await storage.Send(log, s_alice, "secret").End;

        var left = Assert.Single(await Read(storage, s_carol, since));
        Assert.Equal(ChatLive.ConversationLeft.Name, left.Event.Type);
        Assert.Equal(new LeftNotice(log.Id), left.Event.Data);
    }

    [Fact]
    public async Task Who_reads_from_their_joining_on_is_told_nothing_from_before_however_it_is_asked()
    {
        await using var storage = await ChatStorage.Create(server);
        var log = await storage.Group(s_alice, s_bob);
        var since = await Horizon(storage);
        await storage.Send(log, s_alice, "before", "secret").End;
        await Commit(storage, new(log.Ledger, log.Id, new LogEntry(EntryKind.Joined, s_alice, "", subject: s_carol) { ReadsAll = false }));
        await storage.Send(log, s_alice, "after", "open").End;
        var secret = (await storage.Messages.Find(log.Id, 3))!;
        await Commit(storage, new(log.Ledger, log.Id) { Change = new(ChatRules.Edited(secret.View, "more secret", DateTimeOffset.UnixEpoch), secret.FirstPrint) });

        foreach (var pushed in (PushedRun[][])[[], [new PushedRun(log.Id, 5, 5)], [new PushedRun(log.Id, 4, 4)]])
        {
            var told = await Read(storage, s_carol, since, pushed: pushed);
            Assert.DoesNotContain(told, c => c.Event.Data is MessageView { Seq: < 4 });
            Assert.Equal(
                ((long[])[4, 5]).Except(pushed.SelectMany(run => (long[])[run.First, run.Last])),
                told.Where(c => c.Event.Type == ChatLive.MessageCreated.Name).Select(c => c.Event.Seq!.Value));
        }

        Assert.Equal([null, "open"], (await storage.Messages.Read(s_carol, [new(log.Id, 3), new(log.Id, 5)])).Select(m => m?.Text));
        Assert.Equal([4L, 5L], (await storage.Messages.History(log.Id, new(null, null, 100, From: 4))).Select(m => m.Seq));
        Assert.Equal(4, (await Read(storage, s_bob, since)).Count);
    }

    [Fact]
    public async Task Events_that_count_differently_have_topics_of_their_own()
    {
        await using var storage = await ChatStorage.Create(server);
        var log = await storage.Group(s_alice, s_bob);
        await storage.Send(log, s_alice, "key").End;
        await Commit(storage, new(log.Ledger, log.Id) { Read = (s_bob, 3) });
        await Commit(storage, new(log.Ledger, log.Id) { Read = (s_alice, 3) });

        var changes = await Read(storage, s_bob, 1);

        Assert.Equal(changes.Count, changes.DistinctBy(c => (c.Event.Topic, c.Event.Seq, c.Event.Version)).Count());
    }

    private static async Task Commit(ChatStorage storage, ConversationWrite write)
    {
        Assert.True(storage.Writer.TryAdd(write));
        Assert.Equal(CommitOutcome.Stored, await write.End);
    }

    private static async Task<ulong> Horizon(ChatStorage storage) => await storage.Scalar<ulong>("SELECT pg_snapshot_xmin(pg_current_snapshot())");

    private static async Task<List<Change>> Read(ChatStorage storage, UserId user, ulong since, IReadOnlyCollection<PushedRun>? pushed = null) =>
        (await ChangeGround.Read(storage.Database, new ConversationChangeStore(), new ChangeQuery(user, since, default, pushed ?? [], 10_000)))!;

    internal override async Task<ChangeGround> Make()
    {
        var storage = await ChatStorage.Create(server, new() { LanesMax = 1, BatchWritesMax = 1000 });
        return new RoomGround(storage, await storage.Group(s_alice, s_carol), await storage.Group(s_alice, s_carol));
    }

    /// <summary>Two conversations of the reader.</summary>
    private sealed class RoomGround(ChatStorage storage, StoredRoom one, StoredRoom two) : ChangeGround(storage.Database, new ConversationChangeStore())
    {
        public override async Task Change(int count)
        {
            List<ConversationWrite> writes;
            await using (await storage.HoldWrites())
            {
                writes = [storage.Send(one, s_alice, Key())];
                await storage.WriteIsWaiting();
                writes.AddRange(Enumerable.Range(1, count - 1).Select(i => storage.Send(i % 3 == 0 ? two : one, s_alice, Key())));
            }

            await Task.WhenAll(writes.Select(w => w.End));
        }

        public override async Task Change(NpgsqlConnection connection)
        {
            await using var command = new NpgsqlCommand(
                "INSERT INTO messages (conversation_id, seq, sender, client_key, text, sent_at) VALUES ($1, 3, $2, $3, 'late', now())", connection)
            {
                Parameters = { Sql.Uuid(two.Id), Sql.Uuid(s_alice), Sql.Text(Key()) },
            };
            await command.ExecuteNonQueryAsync();
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            await storage.DisposeAsync();
        }

        private static string Key() => $"{Guid.NewGuid()}";
    }
}
