using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrleansSocial.Identity;

namespace OrleansSocial.Realtime;

/// <summary>Whatever goes on for long ends with the credential that it began with: hub, stream and poll.</summary>
public sealed class CredentialEndTests
{
    private static readonly TimeSpan s_token = TimeSpan.FromMinutes(61);

    [Fact]
    public async Task A_connection_ends_with_its_token_and_may_come_back_with_a_fresh_one()
    {
        await using var host = await SocialHost.Start();
        var alice = await host.Person("alice");
        await using var phone = await LiveClient.Subscribed(alice);
        await using var stream = await EventStream.Open(alice);
        Assert.Equal("reset", (await stream.Next()).Name);

        host.Time.Move(s_token);

        await Eventually(() => Assert.Equal("realtime.token_ended", phone.ClosingCode));
        await Eventually(() => Assert.True(phone.MayReconnect));
        Assert.Equal("realtime.token_ended", (await stream.Next("closing")).Data.GetProperty("code").GetString());
        await Person.Refused(await alice.Http.GetAsync(new Uri("/v1/me", UriKind.Relative)), HttpStatusCode.Unauthorized, "identity.token_expired");
        await using var again = await LiveClient.Subscribed(await alice.AnotherDevice());
        Assert.Null(again.ClosingCode);
    }

    [Fact]
    public async Task A_poll_ends_with_its_session_and_tells_nothing_that_happened_later()
    {
        await using var host = await SocialHost.Start();
        var (alice, bob, room) = await host.Pair();
        var cursor = await StreamTests.Settled(bob);
        var poll = bob.Http.GetAsync(new Uri($"/v1/events?cursor={cursor}&wait=30", UriKind.Relative));
        await Eventually(() => Assert.Equal(1, host.Services.GetRequiredService<ILiveConnections>().Count));

        await bob.Post("/v1/auth/logout", new { });
        await room.As(alice).Send("after the end");

        await Person.Refused(await poll, HttpStatusCode.Unauthorized, "realtime.session_ended");
    }

    [Fact]
    public async Task A_ticket_opens_one_connection_and_no_more()
    {
        await using var host = await SocialHost.Start();
        var (alice, bob, room) = await host.Pair();
        using var nobody = new HttpClient { BaseAddress = host.Address };
        var path = $"/v1/events/stream?ticket={await Ticket(bob)}";

        using (var opened = await nobody.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead))
        {
            Assert.Equal(HttpStatusCode.OK, opened.StatusCode);
            await room.As(alice).Send("over a ticket");
            using var lines = new StreamReader(await opened.Content.ReadAsStreamAsync());
            string? line;
            do line = await lines.ReadLineAsync().Soon("the message");
            while (line?.Contains("over a ticket", StringComparison.Ordinal) != true);
        }

        await Person.Refused(await nobody.GetAsync(new Uri(path, UriKind.Relative)), HttpStatusCode.Unauthorized, "identity.token_invalid");
        await Person.Refused(await nobody.GetAsync(new Uri($"/v1/me?ticket={await Ticket(bob)}", UriKind.Relative)), HttpStatusCode.Unauthorized, "identity.not_signed_in");
        foreach (var junk in (string[])["", "x", new('a', 64), new('A', 64), new('a', 1000)])
            await Person.Refused(await nobody.GetAsync(new Uri($"/v1/events/stream?ticket={junk}", UriKind.Relative)), HttpStatusCode.Unauthorized, "identity.token_invalid");

        using var socket = new System.Net.WebSockets.ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(host.Address) { Scheme = "ws", Path = "/v1/live", Query = $"ticket={await Ticket(bob)}" }.Uri, CancellationToken.None);
        Assert.Equal(System.Net.WebSockets.WebSocketState.Open, socket.State);
    }

    [Fact]
    public async Task A_ticket_ends_with_its_time_and_with_its_session()
    {
        await using var host = await SocialHost.Start();
        var (alice, bob, _) = await host.Pair();
        using var nobody = new HttpClient { BaseAddress = host.Address };
        var (old, ended) = (await Ticket(alice), await Ticket(bob));

        await bob.Post("/v1/auth/logout", new { });
        await Person.Refused(await nobody.GetAsync(new Uri($"/v1/events/stream?ticket={ended}", UriKind.Relative)), HttpStatusCode.Unauthorized, "identity.session_ended");
        host.Time.Move(TimeSpan.FromSeconds(Tickets.SecondsMax));
        await Person.Refused(await nobody.GetAsync(new Uri($"/v1/events/stream?ticket={old}", UriKind.Relative)), HttpStatusCode.Unauthorized, "identity.token_invalid");
    }

    private static async Task<string> Ticket(Person person) => (await person.Post<JsonElement>("/v1/auth/tickets", new { })).GetProperty("ticket").GetString()!;
}
