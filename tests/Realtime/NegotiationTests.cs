using System.Net;
using System.Text.Json;

namespace OrleansSocial.Realtime;

/// <summary>Clients that negotiate before they connect are not bound to the node that they negotiated with.</summary>
[Collection(SharedApplication.Name)]
public sealed class NegotiationTests(SharedHost shared)
{
    private const string Path = "/v1/live/negotiate?negotiateVersion=1";

    [Fact]
    public async Task Negotiation_offers_web_sockets_alone()
    {
        var alice = await shared.Host.Person("alice");

        var terms = await Person.Read<JsonElement>(await alice.Send(HttpMethod.Post, Path));

        var transport = Assert.Single(terms.GetProperty("availableTransports").EnumerateArray());
        Assert.Equal("WebSockets", transport.GetProperty("transport").GetString());
        Assert.Equal(["Text", "Binary"], transport.GetProperty("transferFormats").EnumerateArray().Select(f => f.GetString()));
        Assert.Equal(1, terms.GetProperty("negotiateVersion").GetInt32());
        Assert.NotEqual("", terms.GetProperty("connectionId").GetString());
        Assert.NotEqual("", terms.GetProperty("connectionToken").GetString());
    }

    [Fact]
    public async Task A_connection_may_come_with_an_id_that_another_node_gave()
    {
        var alice = await shared.Host.Person("alice");

        await using var first = await LiveClient.Connect(alice, query: "?id=given-elsewhere");
        await using var second = await LiveClient.Connect(alice, query: "?id=given-elsewhere");

        foreach (var live in new[] { first, second }) Assert.True((await live.Invoke("Subscribe", [null])).TryGetProperty("value", out _));
    }

    [Fact]
    public async Task Negotiation_is_for_those_who_are_signed_in_and_post()
    {
        var alice = await shared.Host.Person("alice");

        await Person.Refused(await shared.Host.Http.PostAsync(new Uri(Path, UriKind.Relative), null), HttpStatusCode.Unauthorized, "identity.not_signed_in");
        await Person.Refused(await alice.Send(HttpMethod.Get, Path), HttpStatusCode.MethodNotAllowed, "request.method_not_allowed");
    }
}
