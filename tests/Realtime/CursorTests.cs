using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OrleansSocial.Chat;

namespace OrleansSocial.Realtime;

/// <summary>What a cursor hands out, against the tables.</summary>
[Collection(SharedApplication.Name)]
public sealed class CursorTests(SharedHost shared)
{
    private SocialHost Host => shared.Host;

    [Fact]
    public async Task A_transaction_that_commits_late_is_not_missed()
    {
        var (alice, bob, room) = await Host.Pair();
        var cursor = (await Read(bob, null)).Cursor;
        await using var connection = new NpgsqlConnection(Host.ConnectionString);
        await connection.OpenAsync();

        // A change of bob's membership row gets its transaction id now and commits only after others that began later.
        await using var late = await connection.BeginTransactionAsync();
        await Execute(connection, "SELECT pg_current_xact_id()");
        await alice.Post($"/v1/conversations/{room}/messages", new { clientKey = "early", text = "committed first" });
        var first = await Read(bob, cursor);
        await Execute(
            connection,
            "UPDATE members SET read_seq = 1, read_xid = pg_current_xact_id() WHERE conversation_id = $1 AND user_id = $2",
            room.Id.Value,
            alice.Id.Value);
        await late.CommitAsync();
        var second = await Read(bob, first.Cursor);

        Assert.Contains(first.Events, e => Text(e) == "committed first");
        Assert.Contains(second.Events, e => e.Type == ChatLive.ReadMoved.Name && e.Data.GetProperty("user").GetGuid() == alice.Id.Value);
        await Eventually(async () => Assert.True(string.CompareOrdinal((await Read(bob, first.Cursor)).Cursor, first.Cursor) > 0, "no transaction of another database holds the cursor back"));
    }

    [Fact]
    public async Task While_a_transaction_runs_the_cursor_waits_before_it_and_what_follows_comes_twice_rather_than_not_at_all()
    {
        var (alice, bob, room) = await Host.Pair();
        var cursor = (await Read(bob, null)).Cursor;
        await using var connection = new NpgsqlConnection(Host.ConnectionString);
        await connection.OpenAsync();
        await using var running = await connection.BeginTransactionAsync();
        await Execute(connection, "SELECT pg_current_xact_id()");
        await alice.Post($"/v1/conversations/{room}/messages", new { clientKey = "k", text = "hello" });

        var first = await Read(bob, cursor);
        var second = await Read(bob, first.Cursor);
        await running.RollbackAsync();
        var third = await Read(bob, second.Cursor);

        Assert.All([first, second, third], page => Assert.Contains(page.Events, e => Text(e) == "hello"));
        await Eventually(async () => Assert.DoesNotContain((await Read(bob, (await Read(bob, third.Cursor)).Cursor)).Events, e => Text(e) == "hello"));
    }

    [Fact]
    public async Task Many_changes_come_in_pages_that_lose_none()
    {
        var (alice, bob, room) = await Host.Pair();
        var changes = Host.Grains.GetGrain<IChangesGrain>(0);
        var cursor = (await changes.Read(bob.Id, null, 10)).Value.Cursor;
        await Task.WhenAll(Enumerable.Range(0, 120).Select(i => alice.Post($"/v1/conversations/{room}/messages", new { clientKey = $"k{i}", text = $"{i}" })));

        var seqs = new List<long>();
        for (var more = true; more;)
        {
            var page = (await changes.Read(bob.Id, cursor, 7)).Value;
            Assert.False(page.Reset);
            Assert.True(string.CompareOrdinal(page.Cursor, cursor) > 0 || !page.More);
            seqs.AddRange(page.Events.Where(e => e.Type == ChatLive.MessageCreated.Name).Select(e => e.Seq!.Value));
            (cursor, more) = (page.Cursor, page.More);
        }

        Assert.Equal(Enumerable.Range(1, 120).Select(i => (long)i), seqs.Distinct().Order());
    }

    [Fact]
    public async Task A_cursor_outlives_a_restart_of_everything()
    {
        string connectionString, cursor;
        UserId alice, bob;
        Room room;
        await using (var first = await SocialHost.Start())
        {
            (var one, var other, room) = await first.Pair();
            (connectionString, alice, bob) = (first.ConnectionString, one.Id, other.Id);
            cursor = (await Read(other, null)).Cursor;
            await room.As(one).Send("before the restart");
        }

        await using var second = await SocialHost.Start(connectionString);
        await second.Grains.GetGrain<IConversationGrain>(room.Id).Send(new SendMessage(alice, "k2", "after the restart"));
        var read = (await second.Grains.GetGrain<IChangesGrain>(0).Read(bob, cursor, 100)).Value;

        Assert.False(read.Reset);
        Assert.Equal(["before the restart", "after the restart"], read.Events.Where(e => e.Type == ChatLive.MessageCreated.Name).Select(e => ((MessageView)e.Data).Text));
    }

    [Fact]
    public async Task Without_a_cursor_or_with_one_that_cannot_be_carried_on_one_gets_a_reset_and_a_fresh_cursor()
    {
        var bob = await Host.Person("bob");
        var fresh = await Read(bob, null);
        var key = Host.Services.GetRequiredService<ClusterKey>();
        Assert.True(CursorToken.TryRead(fresh.Cursor, key, bob.Id, int.MaxValue - 1, out var token));

        CursorToken[] useless =
        [
            token with { Day = token.Day - 61 },
            token with { History = token.History + 1 },
            token with { Horizon = token.Horizon + 1_000_000 },
        ];
        foreach (var cursor in useless)
        {
            var page = await Read(bob, cursor.Write(key, bob.Id));
            Assert.True(page.Reset && page.Events.Count == 0 && !page.More, cursor.ToString());
            Assert.False((await Read(bob, page.Cursor)).Reset);
        }

        Assert.True((await Read(bob, "100000000000003e8265c000000000000feed0123456789abcdef")).Reset, "the form that cursors had before they were marked");
        foreach (var never in (string[])[(token with { Day = token.Day + 2 }).Write(key, bob.Id), token.Write(Keys.Of(1), bob.Id), token.Write(key, UserId.From(Guid.NewGuid()))])
            await Person.Refused(await bob.Http.GetAsync(new Uri($"/v1/events?cursor={never}", UriKind.Relative)), HttpStatusCode.BadRequest, "realtime.bad_cursor");

        Assert.True(fresh.Reset);
        Assert.False((await Read(bob, fresh.Cursor)).Reset);
        Assert.False((await Read(bob, (token with { Day = token.Day - 59 }).Write(key, bob.Id))).Reset);
    }

    [Fact]
    public async Task More_than_is_replayed_gets_a_reset_and_never_a_gap()
    {
        await using var host = await SocialHost.Start(configure: app => app.Configuration["Social:Realtime:ReplayEventsMax"] = "100");
        var (alice, bob, room) = await host.Pair();
        var cursor = (await Read(bob, null)).Cursor;
        for (var i = 0; i < 101; i++) await room.As(alice).Send($"{i}");

        var page = await Read(bob, cursor);

        Assert.True(page.Reset);
        Assert.Empty(page.Events);
        await Eventually(async () =>
        {
            page = await Read(bob, page.Cursor);
            Assert.False(page.Reset);
        });
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("200000000000003e8265c000000000000feed0123456789abcdef0123456789abcdef")]
    [InlineData("100000000000003e8265c000000000000feed0123456789abcdeF")]
    [InlineData("%00")]
    [InlineData("%F0%9F%8E%89")]
    public async Task What_is_no_cursor_is_refused(string cursor)
    {
        var bob = await Host.Person("bob");

        await Person.Refused(await bob.Http.GetAsync(new Uri($"/v1/events?cursor={cursor}", UriKind.Relative)), HttpStatusCode.BadRequest, "realtime.bad_cursor");
        await Person.Refused(await bob.Http.GetAsync(new Uri($"/v1/events/stream?cursor={cursor}", UriKind.Relative)), HttpStatusCode.BadRequest, "realtime.bad_cursor");
    }

    [Fact]
    public async Task Alices_cursor_is_refused_when_bob_brings_it()
    {
        var people = await Host.People("alice", "bob");
        var alices = (await Read(people[0], null)).Cursor;

        await Person.Refused(await people[1].Http.GetAsync(new Uri($"/v1/events?cursor={alices}", UriKind.Relative)), HttpStatusCode.BadRequest, "realtime.bad_cursor");
    }

    private static async Task<PolledPage> Read(Person person, string? cursor)
        => await person.Get<PolledPage>(cursor is null ? "/v1/events" : $"/v1/events?cursor={cursor}");

    private static string? Text(PolledEvent e) => e.Data.TryGetProperty("text", out var text) ? text.GetString() : null;

    private static async Task Execute(NpgsqlConnection connection, string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>A page of events as it comes over HTTP.</summary>
public sealed record PolledPage(IReadOnlyList<PolledEvent> Events, string Cursor, bool More, bool Reset);

/// <summary>An event as it comes over HTTP.</summary>
public sealed record PolledEvent(string Type, JsonElement Data, int Version, Guid? Topic = null, long? Seq = null);
