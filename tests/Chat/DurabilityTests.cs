using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Support;

namespace OrleansSocial.Chat;

/// <summary>What is acknowledged stays, whatever happens to the process and its connections. Each test has an application of its own.</summary>
public sealed class DurabilityTests
{
    [Fact]
    public async Task The_same_key_gets_the_same_receipt_after_a_restart()
    {
        var connection = await TestServer.NewDatabase();
        var (room, users) = (default(ConversationId), Array.Empty<UserId>());
        var sent = new List<MessageReceipt>();
        await using (var host = await SocialHost.Start(connection))
        {
            (room, users) = Ids(await host.Pair());
            foreach (var i in Enumerable.Range(0, 100))
                sent.Add(await Send(host, room, users[i % 2], $"key{i}", $"text {i}"));
        }

        await using var again = await SocialHost.Start(connection);

        var repeated = new List<MessageReceipt>();
        foreach (var i in Enumerable.Range(0, 100))
            repeated.Add(await Send(again, room, users[i % 2], $"key{i}", $"text {i}"));
        Assert.Equal(sent, repeated);
        Assert.Equal(CommonRefusals.KeyReused, (await Room(again, room).Send(new(users[0], "key0", "another"))).Refusal);
        Assert.Equal(101, (await Send(again, room, users[0], "new", "new")).Seq);
    }

    [Theory]
    [InlineData("true", false)]
    [InlineData("false", true)]
    public async Task A_running_grain_checks_its_invariants_where_that_is_wanted(string wanted, bool served)
    {
        var connection = await TestServer.NewDatabase();
        var (room, users) = (default(ConversationId), Array.Empty<UserId>());
        await using (var host = await SocialHost.Start(connection)) (room, users) = Ids(await host.Pair());
        await PrivatePostgres.Execute(connection, "UPDATE members SET read_seq = 1000");

        await using var again = await SocialHost.Start(connection, Set("Social:Checks:Invariants", wanted));

        if (served) Assert.True((await Room(again, room).Get(users[0])).Accepted);
        else Assert.Contains("The read marker", (await Assert.ThrowsAsync<InvalidOperationException>(() => Room(again, room).Get(users[0]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_memory_has_forgotten_is_found_in_the_storage()
    {
        await using var host = await SocialHost.Start(configure: Set("Social:Chat:RecentKeysMax", "1"));
        var (room, users) = Ids(await host.Pair());
        var sent = new List<MessageReceipt>();
        foreach (var i in Enumerable.Range(0, 10))
            sent.Add(await Send(host, room, users[0], $"key{i}", $"text {i}"));

        var repeated = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Send(host, room, users[0], $"key{i}", $"text {i}")));
        var refused = await Room(host, room).Send(new(users[0], "key0", "another"));

        Assert.Equal(sent, repeated);
        Assert.Equal(CommonRefusals.KeyReused, refused.Refusal);
        Assert.Equal(11, (await Send(host, room, users[0], "new", "new")).Seq);
    }

    [Fact]
    public async Task A_conversation_with_too_much_waiting_says_that_it_is_busy()
    {
        await using var host = await SocialHost.Start(configure: Set("Social:Chat:QueueMessagesMax", "5"));
        var (room, users) = Ids(await host.Pair());
        await Send(host, room, users[0], "first", "first");
        List<Task<Outcome<MessageReceipt>>> sending;

        await using (await HoldWrites(host))
        {
            sending = [.. Enumerable.Range(0, 20).Select(i => Room(host, room).Send(new(users[0], $"key{i}", "text")))];
            await Eventually(() => Assert.Equal(15, sending.Count(s => s.IsCompleted)));
        }

        var outcomes = await Task.WhenAll(sending);
        Assert.Equal(5, outcomes.Count(o => o.Accepted));
        Assert.Equal(15, outcomes.Count(o => o.Refusal == ChatRefusals.Busy));
        Assert.Equal([2L, 3L, 4L, 5L, 6L], outcomes.Where(o => o.Accepted).Select(o => o.Value.Seq));
    }

    [Fact]
    public async Task A_hundred_people_who_repeat_themselves_over_a_failing_line_leave_an_order_without_gaps()
    {
        await using var proxy = new CuttingProxy();
        var direct = await TestServer.NewDatabase();
        await using var host = await SocialHost.Start(proxy.Through(direct));
        var users = await Task.WhenAll(Enumerable.Range(0, 100).Select(async i => (await host.Person($"p{i}")).Id));
        var room = (await host.Grains.GetGrain<IConversationGrain>(Guid.NewGuid())
            .Create(new(users[0], ConversationKind.Group, "Crowd", users[1..]))).Value.Value.Id;
        const int Each = 20;

        var receipts = await Task.WhenAll(users.Select((user, u) => Task.Run(async () =>
        {
            var mine = new List<(string Key, MessageReceipt Receipt)>();
            foreach (var i in Enumerable.Range(0, Each))
            {
                if ((u + i) % 67 == 0) proxy.LoseNextAnswer();
                if ((u + i) % 101 == 0) proxy.LoseNextRequest();
                var twice = await Task.WhenAll(Insist(host, room, user, $"{i}"), Insist(host, room, user, $"{i}"));
                Assert.Equal(twice[0], twice[1]);
                mine.Add(($"{u}/{i}", twice[0]));
            }

            return mine;
        })));

        var all = receipts.SelectMany(r => r).ToList();
        await using var source = NpgsqlDataSource.Create(direct);
        await using var command = source.CreateCommand("SELECT seq, sender, client_key, sent_at FROM messages WHERE kind = 1 ORDER BY seq");
        await using var row = await command.ExecuteReaderAsync();
        var stored = new List<(string, MessageReceipt)>();
        while (await row.ReadAsync())
            stored.Add(($"{Array.IndexOf(users, UserId.From(row.GetGuid(1)))}/{row.GetString(2)}", new(room, row.GetInt64(0), Sql.Time(row, 3))));

        Assert.Equal(100 * Each, stored.Count);
        Assert.Equal(Enumerable.Range(101, 100 * Each).Select(i => (long)i), stored.Select(s => s.Item2.Seq));
        Assert.Equal(stored.ToHashSet(), all.ToHashSet());
    }

    [Fact]
    public async Task When_a_write_fails_nothing_is_said_to_be_done_and_the_next_request_reads_what_is_stored()
    {
        await using var proxy = new CuttingProxy();
        await using var host = await SocialHost.Start(proxy.Through(await TestServer.NewDatabase()));
        var (room, users) = Ids(await host.Pair());
        await Send(host, room, users[0], "first", "first");

        // Which of the node's connections asks next is not known, so the line fails until the write has met it.
        Outcome<MessageReceipt> lost;
        var tries = 0;
        do
        {
            proxy.LoseNextAnswer();
            lost = await Room(host, room).Send(new(users[0], $"key{tries++}", "text"));
        }
        while (lost.Accepted);

        Assert.Equal(CommonRefusals.Unavailable, lost.Refusal);
        Assert.Equal(tries + 1, (await Insist(host, room, users[0], $"key{tries - 1}")).Seq);
    }

    private static (ConversationId Room, UserId[] Users) Ids((Person Alice, Person Bob, Room Room) scene) => (scene.Room.Id, [scene.Alice.Id, scene.Bob.Id]);

    private static IConversationGrain Room(SocialHost host, ConversationId id) => host.Grains.GetGrain<IConversationGrain>(id);

    private static async Task<MessageReceipt> Send(SocialHost host, ConversationId room, UserId user, string key, string text) =>
        (await Room(host, room).Send(new(user, key, text))).Value;

    /// <summary>Sends as a client does: again and again with the same key, until there is a receipt.</summary>
    private static async Task<MessageReceipt> Insist(SocialHost host, ConversationId room, UserId user, string key)
    {
        while (true)
        {
            try
            {
                var outcome = await Room(host, room).Send(new(user, key, "text"));
                if (outcome.TryGet(out var receipt, out var refusal)) return receipt;
                Assert.Equal(Kind.Unavailable, refusal.Kind);
            }
            catch (Exception e) when (e is DatabaseUnavailableException or OrleansException)
            {
                // The grain could not be activated over the failing line.
            }
        }
    }

    private static Action<WebApplicationBuilder> Set(string key, string value) =>
        builder => builder.Configuration.AddInMemoryCollection([KeyValuePair.Create<string, string?>(key, value)]);

    private static Task<IAsyncDisposable> HoldWrites(SocialHost host) => FencedDatabase.HoldWrites(host.Services.GetRequiredService<Database>());
}
