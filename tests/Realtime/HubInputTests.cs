using System.Net;

namespace OrleansSocial.Realtime;

/// <summary>Every hub method under bad input: a refusal with its code, and the connection goes on.</summary>
[Collection(SharedApplication.Name)]
public sealed class HubInputTests(SharedHost shared)
{
    private const string NoRoom = "\"0198f3a2-0000-7000-8000-00000000dead\"";

    [Theory]
    [InlineData("Nonsense", "[]", "realtime.unknown_method")]
    [InlineData("", "[]", "realtime.unknown_method")]
    [InlineData("Subscribe", "[]", "request.malformed")]
    [InlineData("Subscribe", "[1]", "request.malformed")]
    [InlineData("Subscribe", "[\"\"]", "realtime.bad_cursor")]
    [InlineData("Subscribe", "[\"abc\"]", "realtime.bad_cursor")]
    [InlineData("Subscribe", "[\"\\ud800\"]", "request.text_not_storable")]
    [InlineData("Subscribe", "[null,null]", "request.malformed")]
    [InlineData("Send", "[]", "request.malformed")]
    [InlineData("Send", "[null,\"k\",\"t\"]", "request.malformed")]
    [InlineData("Send", "[\"room\",\"k\",\"t\"]", "request.malformed")]
    [InlineData("Send", "[\"00000000-0000-0000-0000-000000000000\",\"k\",\"t\"]", "request.malformed")]
    [InlineData("Send", "[" + NoRoom + ",1,\"t\"]", "request.malformed")]
    [InlineData("Send", "[" + NoRoom + ",\"k\",{}]", "request.malformed")]
    [InlineData("Send", "[" + NoRoom + ",\"k\",\"half \\ud800\"]", "request.text_not_storable")]
    [InlineData("Send", "[" + NoRoom + ",\"k\",\"t\"]", "chat.not_found")]
    [InlineData("Send", "[" + NoRoom + ",null,null]", "chat.not_found")]
    [InlineData("Edit", "[" + NoRoom + ",1,\"t\"]", "chat.not_found")]
    [InlineData("Edit", "[" + NoRoom + ",\"1\",\"t\"]", "request.malformed")]
    [InlineData("Edit", "[" + NoRoom + ",1.5,\"t\"]", "request.malformed")]
    [InlineData("Edit", "[" + NoRoom + ",99999999999999999999,\"t\"]", "request.malformed")]
    [InlineData("Delete", "[" + NoRoom + ",1]", "chat.not_found")]
    [InlineData("History", "[" + NoRoom + ",null,null,10]", "chat.not_found")]
    [InlineData("History", "[" + NoRoom + ",1,2,10]", "request.two_directions")]
    [InlineData("History", "[" + NoRoom + ",null,null,0]", "request.bad_limit")]
    [InlineData("History", "[" + NoRoom + ",null,null,101]", "request.bad_limit")]
    [InlineData("MarkRead", "[" + NoRoom + ",1]", "chat.not_found")]
    [InlineData("Inbox", "[\"nonsense\",10]", "request.bad_cursor")]
    [InlineData("Inbox", "[null,1000]", "request.bad_limit")]
    [InlineData("Watch", "[null]", "realtime.watch_count")]
    [InlineData("Watch", "[\"bob\"]", "request.malformed")]
    [InlineData("Watch", "[[\"bob\"]]", "request.malformed")]
    [InlineData("Refuse", "[\"anything\"]", "request.malformed")]
    public async Task A_call_that_cannot_be_done_gets_its_code_and_the_connection_goes_on(string method, string arguments, string code)
    {
        await using var alices = await RawLiveClient.Connect(await shared.Host.Person("alice"));

        Assert.Equal(code, LiveClient.Code(await alices.Invoke(method, arguments)));

        Assert.Null(LiveClient.Code(await alices.Invoke("Inbox", "[null,10]")));
    }

    [Fact]
    public async Task More_people_than_one_may_watch_are_refused()
    {
        await using var alices = await LiveClient.Connect(await shared.Host.Person("alice"));

        Assert.Equal("realtime.watch_count", await alices.RefusalOf("Watch", Enumerable.Range(0, 101).Select(_ => Guid.NewGuid()).ToArray()));
    }

    [Fact]
    public async Task A_person_may_have_only_so_many_live_connections()
    {
        await using var host = await SocialHost.Start(configure: app => app.Configuration["Social:Live:ConnectionsMax"] = "2");
        var alice = await host.Person("alice");
        await using var first = await LiveClient.Connect(alice);
        await using (await LiveClient.Connect(alice))
        {
            await using var third = await LiveClient.Connect(alice);
            await Eventually(() => Assert.Equal("realtime.too_many_connections", third.ClosingCode));
            await Eventually(() => Assert.True(third.MayReconnect));
            await Person.Refused(await alice.Http.GetAsync(new Uri("/v1/events/stream", UriKind.Relative)), HttpStatusCode.TooManyRequests, "realtime.too_many_connections");
            var cursor = (await alice.Get<PolledPage>("/v1/events")).Cursor;
            await Person.Refused(await alice.Http.GetAsync(new Uri($"/v1/events?wait=1&cursor={cursor}", UriKind.Relative)), HttpStatusCode.TooManyRequests, "realtime.too_many_connections");
        }

        await Eventually(async () =>
        {
            await using var again = await LiveClient.Subscribed(alice);
            Assert.Null(again.ClosingCode);
        });
    }

    [Fact]
    public async Task A_message_larger_than_the_limit_ends_its_connection_and_no_other()
    {
        var alice = await shared.Host.Person("alice");
        await using var large = await LiveClient.Connect(alice);
        await using var other = await LiveClient.Connect(alice);

        await Assert.ThrowsAnyAsync<Exception>(() => large.Invoke("Send", Guid.NewGuid(), "k", new string('x', 300_000)));

        await large.Ended;
        Assert.Null(await other.RefusalOf("Inbox", null, 10));
    }

    [Fact]
    public async Task A_stopping_node_tells_its_connections_to_come_back()
    {
        await using var host = await SocialHost.Start();
        await using var alices = await LiveClient.Subscribed(await host.Person("alice"));

        var stopping = host.Stop();

        await Eventually(() => Assert.Equal("realtime.node_stopping", alices.ClosingCode));
        await Eventually(() => Assert.True(alices.MayReconnect));
        await alices.DisposeAsync();
        await stopping;
    }

    [Fact]
    public async Task The_access_token_of_a_websocket_may_come_in_the_query()
    {
        var alice = await shared.Host.Person("alice");
        using var socket = new System.Net.WebSockets.ClientWebSocket();

        await socket.ConnectAsync(new UriBuilder(alice.Host.Address) { Scheme = "ws", Path = "/v1/live", Query = $"access_token={alice.Tokens.AccessToken}" }.Uri, CancellationToken.None);

        Assert.Equal(System.Net.WebSockets.WebSocketState.Open, socket.State);
    }
}
