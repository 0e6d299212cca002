
namespace OrleansSocial.Chat;

[Collection(ChatServerUsers.Name)]
public sealed class GroupCommitTests(ChatServer server)
{
    private static readonly UserId s_alice = ChatRulesTests.User(1), s_bob = ChatRulesTests.User(2);

    [Fact]
    public async Task Texts_of_many_conversations_that_arrive_together_share_a_transaction()
    {
        await using var storage = await ChatStorage.Create(server);
        var rooms = Enumerable.Range(0, 10).Select(_ => storage.NewRoom()).ToList();
        ConversationWrite first;
        List<ConversationWrite> rest;

        await using (await storage.HoldWrites())
        {
            first = storage.Send(rooms[0], s_alice, "first");
            await storage.WriteIsWaiting();
            rest = [.. Enumerable.Range(0, 100).Select(i => storage.Send(rooms[i % 10], s_alice, $"k{i}"))];
        }

        Assert.Equal(CommitOutcome.Stored, await first.End);
        Assert.All(await Task.WhenAll(rest.Select(w => w.End)), end => Assert.Equal(CommitOutcome.Stored, end));
        Assert.Equal(101, await storage.Scalar<long>("SELECT count(*) FROM messages"));
        Assert.Equal(2, await storage.Scalar<long>("SELECT count(DISTINCT xid) FROM messages"));
        Assert.All(await Task.WhenAll(rooms.Select(room => storage.All(room.Id))), entries => Assert.Equal(Upto(entries.Count), entries.Select(e => e.Seq)));
    }

    [Fact]
    public async Task On_an_idle_server_each_text_goes_at_once()
    {
        await using var storage = await ChatStorage.Create(server);
        var room = storage.NewRoom();

        foreach (var i in Enumerable.Range(0, 5))
            Assert.Equal(CommitOutcome.Stored, await storage.Send(room, s_alice, $"k{i}").End);

        Assert.Equal(5, await storage.Scalar<long>("SELECT count(DISTINCT xid) FROM messages"));
    }

    [Fact]
    public async Task A_text_that_was_stored_before_is_settled_and_takes_no_number()
    {
        await using var storage = await ChatStorage.Create(server);
        var room = storage.NewRoom();
        var before = storage.Send(room, s_alice, "again", "the same");
        await before.End;
        List<ConversationWrite> writes;

        await using (await storage.HoldWrites())
        {
            var blocker = storage.Send(room, s_bob, "blocker");
            await storage.WriteIsWaiting();
            writes = [storage.Send(room, s_alice, "one"), storage.Send(room, s_alice, "again", "the same"), storage.Send(room, s_alice, "two")];
        }

        Assert.Equal([CommitOutcome.Stored, CommitOutcome.Settled, CommitOutcome.Stored], await Task.WhenAll(writes.Select(w => w.End)));
        Assert.Equal(before.Text, writes[1].Text);
        Assert.Equal(["again", "blocker", "one", "two"], (await storage.All(room.Id)).Select(e => e.ClientKey));
        Assert.Equal(Upto(4), (await storage.All(room.Id)).Select(e => e.Seq));
    }

    [Fact]
    public async Task A_write_at_fault_fails_alone_and_the_conversation_beside_it_goes_on()
    {
        await using var storage = await ChatStorage.Create(server);
        await storage.Execute("ALTER TABLE messages ADD CONSTRAINT no_poison CHECK (text <> 'poison')");
        var (good, bad) = (storage.NewRoom(), storage.NewRoom());
        List<ConversationWrite> writes;

        await using (await storage.HoldWrites())
        {
            storage.Send(good, s_bob, "blocker");
            await storage.WriteIsWaiting();
            writes =
            [
                storage.Send(good, s_alice, "a"), storage.Send(bad, s_alice, "b"), storage.Send(bad, s_alice, "c", "poison"),
                storage.Send(good, s_alice, "d"), storage.Send(bad, s_alice, "e"), storage.Send(good, s_alice, "f"),
            ];
        }

        Assert.Equal(
            [CommitOutcome.Stored, CommitOutcome.Stored, CommitOutcome.Failed, CommitOutcome.Stored, CommitOutcome.Failed, CommitOutcome.Stored],
            await Task.WhenAll(writes.Select(w => w.End)));
        Assert.Equal(["blocker", "a", "d", "f"], (await storage.All(good.Id)).Select(e => e.ClientKey));
        Assert.Equal(Upto(4), (await storage.All(good.Id)).Select(e => e.Seq));
        Assert.Equal(["b"], (await storage.All(bad.Id)).Select(e => e.ClientKey));
        Assert.True(bad.IsBroken);
        Assert.False(good.IsBroken);
    }

    [Fact]
    public async Task When_the_connection_is_cut_at_the_commit_nobody_is_told_that_it_worked()
    {
        await using var proxy = new CuttingProxy();
        await using var storage = await ChatStorage.Create(server, writer: proxy.Through);
        var room = storage.NewRoom();
        await storage.Send(room, s_alice, "warm").End;

        proxy.LoseNextAnswer();
        var unknown = storage.Send(room, s_alice, "key", "text");

        Assert.Equal(CommitOutcome.Failed, await unknown.End);
        Assert.Null(unknown.Text);
        Assert.True(room.IsBroken);

        // It was stored all the same: the next activation reads that, and the same key comes upon it.
        var next = storage.Room(room.Id, (await storage.Members.Load(room.Id, 10, default))?.State.LastSeq ?? (await storage.All(room.Id)).Count);
        var again = storage.Send(next, s_alice, "key", "text");
        Assert.Equal(CommitOutcome.Settled, await again.End);
        Assert.Equal(2, again.Text!.Value.Seq);
        Assert.Equal(CommitOutcome.Stored, await storage.Send(next, s_alice, "other").End);
        Assert.Equal(Upto(3), (await storage.All(room.Id)).Select(e => e.Seq));
    }

    [Fact]
    public async Task When_a_request_is_lost_nothing_of_it_is_stored_and_the_next_writes_go_on()
    {
        await using var proxy = new CuttingProxy();
        await using var storage = await ChatStorage.Create(server, writer: proxy.Through);
        var (room, other) = (storage.NewRoom(), storage.NewRoom());
        await storage.Send(room, s_alice, "warm").End;

        proxy.LoseNextRequest();

        Assert.Equal(CommitOutcome.Failed, await storage.Send(room, s_alice, "lost").End);
        Assert.Equal(CommitOutcome.Failed, await storage.Send(room, s_alice, "behind").End);
        Assert.Equal(CommitOutcome.Stored, await storage.Send(other, s_alice, "elsewhere").End);
        Assert.Equal(["warm"], (await storage.All(room.Id)).Select(e => e.ClientKey));
    }

    [Fact]
    public async Task A_writer_that_was_replaced_stores_nothing()
    {
        await using var storage = await ChatStorage.Create(server);
        await storage.Execute("DELETE FROM silo_fences");
        var room = storage.NewRoom();

        Assert.Equal(CommitOutcome.Failed, await storage.Send(room, s_alice, "late").End);
        Assert.Equal(1, storage.Fence.RefusedCount);
        Assert.Empty(await storage.All(room.Id));
    }

    [Fact]
    public async Task A_second_writer_of_the_same_conversation_fails_at_the_number()
    {
        await using var storage = await ChatStorage.Create(server);
        var room = storage.NewRoom();
        var behind = storage.Room(room.Id, 0);
        await storage.Send(room, s_alice, "one").End;

        Assert.Equal(CommitOutcome.Failed, await storage.Send(behind, s_bob, "two").End);
        Assert.Equal(CommitOutcome.Stored, await storage.Send(room, s_bob, "two").End);
        Assert.Equal(Upto(2), (await storage.All(room.Id)).Select(e => e.Seq));
    }

    [Fact]
    public async Task A_full_lane_takes_no_more_and_loses_nothing()
    {
        await using var storage = await ChatStorage.Create(server, new() { LanesMax = 1, QueueWritesMax = 3 });
        var room = storage.NewRoom();
        ConversationWrite first;
        List<ConversationWrite> queued;
        bool taken;

        await using (await storage.HoldWrites())
        {
            first = storage.Send(room, s_alice, "first");
            await storage.WriteIsWaiting();
            queued = [.. Enumerable.Range(0, 3).Select(i => storage.Send(room, s_alice, $"k{i}"))];
            taken = storage.Writer.TryAdd(new ConversationWrite(room.Ledger, room.Id, new LogEntry(EntryKind.Text, s_alice, "beyond", "beyond")));
        }

        Assert.False(taken);
        Assert.All(await Task.WhenAll(queued.Prepend(first).Select(w => w.End)), end => Assert.Equal(CommitOutcome.Stored, end));
        Assert.Equal(Upto(4), (await storage.All(room.Id)).Select(e => e.Seq));
    }

    [Fact]
    public async Task Transactions_are_no_larger_than_they_may_be()
    {
        await using var storage = await ChatStorage.Create(server, new() { LanesMax = 1, BatchWritesMax = 10 });
        var room = storage.NewRoom();
        List<ConversationWrite> writes;

        await using (await storage.HoldWrites())
        {
            writes = [.. Enumerable.Range(0, 45).Select(i => storage.Send(room, s_alice, $"k{i}"))];
        }

        Assert.All(await Task.WhenAll(writes.Select(w => w.End)), end => Assert.Equal(CommitOutcome.Stored, end));
        Assert.True(await storage.Scalar<long>("SELECT max(n) FROM (SELECT count(*) AS n FROM messages GROUP BY xid) t") <= 10);
    }

    private static IEnumerable<long> Upto(long last) => Enumerable.Range(1, (int)last).Select(i => (long)i);
}
