using System.Text.Json;
using Npgsql;

namespace OrleansSocial.Chat;

[Collection(ChatServerUsers.Name)]
public sealed class UnreadStorageTests(ChatServer server)
{
    private static readonly UserId s_alice = ChatRulesTests.User(1), s_bob = ChatRulesTests.User(2);

    [Theory]
    [InlineData("alice", 99, 99)]
    [InlineData("alice", 100, 100)]
    [InlineData("alice", 50_000, 100)]
    [InlineData("bob", 50_000, 0)]
    public async Task Unread_is_counted_to_its_cap_and_no_history_is_scanned_for_it(string sender, int texts, long unread)
    {
        await using var storage = await ChatStorage.Create(server);
        var room = await storage.Group(s_alice, s_bob);
        await Fill(storage, room, sender == "alice" ? s_alice : s_bob, 3, texts);

        Assert.Equal(unread, await Unread(storage));
        Assert.InRange(await Blocks(storage), 1, 1_000);
    }

    [Fact]
    public async Task What_others_wrote_last_is_found_behind_many_entries_that_are_no_texts_of_others()
    {
        await using var storage = await ChatStorage.Create(server);
        var room = await storage.Group(s_alice, s_bob);
        await Fill(storage, room, s_bob, 3, 600);
        await Fill(storage, room, s_alice, 603, 5);

        Assert.Equal(5, await Unread(storage));
    }

    private static Task Fill(ChatStorage storage, StoredRoom room, UserId sender, int first, int count) => storage.Execute(
        $"""
        INSERT INTO messages (conversation_id, seq, sender, client_key, text, sent_at)
        SELECT '{room.Id}', i, '{sender}', 'k' || i, 'text', now() FROM generate_series({first}, {first + count - 1}) AS i;
        ANALYZE messages
        """);

    private static async Task<long> Unread(ChatStorage storage) =>
        Assert.Single(await new InboxStore(storage.Database).Page(s_bob, new(null!, s_bob, PageAsk.Of(null, null, 50).Value, null))).Summary.Unread;

    /// <summary>How many pages of the storage a page of the list looks at.</summary>
    private static Task<int> Blocks(ChatStorage storage) => storage.Database.Use(async (connection, cancellation) =>
    {
        await using var command = new NpgsqlCommand($"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {InboxStore.Forward}", connection)
        {
            Parameters = { Sql.Uuid(s_bob), Sql.TimeOrNull(null), Sql.UuidOrNull(null), Sql.Int(51) },
        };
        var plan = JsonDocument.Parse((string)(await command.ExecuteScalarAsync(cancellation))!).RootElement[0].GetProperty("Plan");
        return plan.GetProperty("Shared Hit Blocks").GetInt32() + plan.GetProperty("Shared Read Blocks").GetInt32();
    });
}
