
namespace OrleansSocial.Chat;

[Collection(ChatServerUsers.Name)]
public sealed class GroupCommitTests(ChatServer server)
{
    private static readonly UserId Alice = ChatRulesTests.User(1), Bob = ChatRulesTests.User(2);

    [Fact]
    public async Task Texts_of_many_conversations_that_arrive_together_share_a_transaction()
    {
        await using var storage = await ChatStorage.Create(server);
        var logs = Enumerable.Range(0, 10).Select(_ => ChatStorage.NewLog()).ToList();
        ConversationWrite first;
        List<ConversationWrite> rest;

        await using (await storage.HoldWrites())
        {
            first = storage.Send(logs[0], Alice, "first");
            await storage.WriteIsWaiting();
            rest = [.. Enumerable.Range(0, 100).Select(i => storage.Send(logs[i % 10], Alice, $"k{i}"))];
        }

        Assert.Equal(CommitOutcome.Stored, await first.End);
        Assert.All(await Task.WhenAll(rest.Select(w => w.End)), end => Assert.Equal(CommitOutcome.Stored, end));
        Assert.Equal(101, await storage.Scalar<long>("SELECT count(*) FROM messages"));
        Assert.Equal(2, await storage.Scalar<long>("SELECT count(DISTINCT xid) FROM messages"));
        Assert.All(await Task.WhenAll(logs.Select(log => storage.All(log.Id))), entries => Assert.Equal(Upto(entries.Count), entries.Select(e => e.Seq)));
    }

    [Fact]
    public async Task On_an_idle_server_each_text_goes_at_once()
    {
        await using var storage = await ChatStorage.Create(server);
        var log = ChatStorage.NewLog();

        foreach (var i in Enumerable.Range(0, 5))
            Assert.Equal(CommitOutcome.Stored, await storage.Send(log, Alice, $"k{i}").End);

        Assert.Equal(5, await storage.Scalar<long>("SELECT count(DISTINCT xid) FROM messages"));
    }

    [Fact]
    public async Task A_text_that_was_stored_before_is_settled_and_takes_no_number()
    {
        await using var storage = await ChatStorage.Create(server);
        var log = ChatStorage.NewLog();
        var before = storage.Send(log, Alice, "again", "the same");
        await before.End;
        List<ConversationWrite> writes;

        await using (await storage.HoldWrites())
        {
            var blocker = storage.Send(log, Bob, "blocker");
            await storage.WriteIsWaiting();
            writes = [storage.Send(log, Alice, "one"), storage.Send(log, Alice, "again", "the same"), storage.Send(log, Alice, "two")];
        }

        Assert.Equal([CommitOutcome.Stored, CommitOutcome.Settled, CommitOutcome.Stored], await Task.WhenAll(writes.Select(w => w.End)));
        Assert.Equal(before.Text, writes[1].Text);
        Assert.Equal(["again", "blocker", "one", "two"], (await storage.All(log.Id)).Select(e => e.ClientKey));
        Assert.Equal(Upto(4), (await storage.All(log.Id)).Select(e => e.Seq));
    }

    [Fact]
    public async Task A_write_at_fault_fails_alone_and_the_conversation_beside_it_goes_on()
    {
        await using var storage = await ChatStorage.Create(server);
        await storage.Execute("ALTER TABLE messages ADD CONSTRAINT no_poison CHECK (text <> 'poison')");
        var (good, bad) = (ChatStorage.NewLog(), ChatStorage.NewLog());
        List<ConversationWrite> writes;

        await using (await storage.HoldWrites())
        {
            storage.Send(good, Bob, "blocker");
            await storage.WriteIsWaiting();
            writes =
            [
                storage.Send(good, Alice, "a"), storage.Send(bad, Alice, "b"), storage.Send(bad, Alice, "c", "poison"),
                storage.Send(good, Alice, "d"), storage.Send(bad, Alice, "e"), storage.Send(good, Alice, "f"),
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
        var log = ChatStorage.NewLog();
        await storage.Send(log, Alice, "warm").End;

        proxy.LoseNextAnswer();
        var unknown = storage.Send(log, Alice, "key", "text");

        Assert.Equal(CommitOutcome.Failed, await unknown.End);
        Assert.Null(unknown.Text);
        Assert.True(log.IsBroken);

        // It was stored all the same: the next activation reads that, and the same key comes upon it.
        var next = new ConversationLog(log.Id, (await storage.Members.Load(log.Id, 10, default))?.State.LastSeq ?? (await storage.All(log.Id)).Count);
        var again = storage.Send(next, Alice, "key", "text");
        Assert.Equal(CommitOutcome.Settled, await again.End);
        Assert.Equal(2, again.Text!.Value.Seq);
        Assert.Equal(CommitOutcome.Stored, await storage.Send(next, Alice, "other").End);
        Assert.Equal(Upto(3), (await storage.All(log.Id)).Select(e => e.Seq));
    }

    [Fact]
    public async Task When_a_request_is_lost_nothing_of_it_is_stored_and_the_next_writes_go_on()
    {
        await using var proxy = new CuttingProxy();
        await using var storage = await ChatStorage.Create(server, writer: proxy.Through);
        var (log, other) = (ChatStorage.NewLog(), ChatStorage.NewLog());
        await storage.Send(log, Alice, "warm").End;

        proxy.LoseNextRequest();

        Assert.Equal(CommitOutcome.Failed, await storage.Send(log, Alice, "lost").End);
        Assert.Equal(CommitOutcome.Failed, await storage.Send(log, Alice, "behind").End);
        Assert.Equal(CommitOutcome.Stored, await storage.Send(other, Alice, "elsewhere").End);
        Assert.Equal(["warm"], (await storage.All(log.Id)).Select(e => e.ClientKey));
    }

    [Fact]
    public async Task A_writer_that_was_replaced_stores_nothing()
    {
        await using var storage = await ChatStorage.Create(server);
        await storage.Execute("DELETE FROM silo_fences");
        var log = ChatStorage.NewLog();

        Assert.Equal(CommitOutcome.Failed, await storage.Send(log, Alice, "late").End);
        Assert.Equal(1, storage.Fence.RefusedCount);
        Assert.Empty(await storage.All(log.Id));
    }

    [Fact]
    public async Task A_second_writer_of_the_same_conversation_fails_at_the_number()
    {
        await using var storage = await ChatStorage.Create(server);
        var log = ChatStorage.NewLog();
        var behind = new ConversationLog(log.Id, 0);
        await storage.Send(log, Alice, "one").End;

        Assert.Equal(CommitOutcome.Failed, await storage.Send(behind, Bob, "two").End);
        Assert.Equal(CommitOutcome.Stored, await storage.Send(log, Bob, "two").End);
        Assert.Equal(Upto(2), (await storage.All(log.Id)).Select(e => e.Seq));
    }

    [Fact]
    public async Task A_full_lane_takes_no_more_and_loses_nothing()
    {
        await using var storage = await ChatStorage.Create(server, new() { LanesMax = 1, QueueWritesMax = 3 });
        var log = ChatStorage.NewLog();
        ConversationWrite first;
        List<ConversationWrite> queued;
        bool taken;

        await using (await storage.HoldWrites())
        {
            first = storage.Send(log, Alice, "first");
            await storage.WriteIsWaiting();
            queued = [.. Enumerable.Range(0, 3).Select(i => storage.Send(log, Alice, $"k{i}"))];
            taken = storage.Writer.TryAdd(new(log, new LogEntry(EntryKind.Text, Alice, "beyond", "beyond")));
        }

        Assert.False(taken);
        Assert.All(await Task.WhenAll(queued.Prepend(first).Select(w => w.End)), end => Assert.Equal(CommitOutcome.Stored, end));
        Assert.Equal(Upto(4), (await storage.All(log.Id)).Select(e => e.Seq));
    }

    [Fact]
    public async Task Transactions_are_no_larger_than_they_may_be()
    {
        await using var storage = await ChatStorage.Create(server, new() { LanesMax = 1, BatchWritesMax = 10 });
        var log = ChatStorage.NewLog();
        List<ConversationWrite> writes;

        await using (await storage.HoldWrites())
        {
            writes = [.. Enumerable.Range(0, 45).Select(i => storage.Send(log, Alice, $"k{i}"))];
        }

        Assert.All(await Task.WhenAll(writes.Select(w => w.End)), end => Assert.Equal(CommitOutcome.Stored, end));
        Assert.True(await storage.Scalar<long>("SELECT max(n) FROM (SELECT count(*) AS n FROM messages GROUP BY xid) t") <= 10);
    }

    private static IEnumerable<long> Upto(long last) => Enumerable.Range(1, (int)last).Select(i => (long)i);
}
