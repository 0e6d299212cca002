using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using OrleansSocial.Host;

namespace OrleansSocial.Kernel;

/// <summary>What holds for every request and every answer of the edge.</summary>
[Collection(SharedApplication.Name)]
public sealed class EdgeTests(SharedHost shared)
{
    [Theory]
    [InlineData("/v1/me")]
    [InlineData("/v1/conversations")]
    [InlineData("/health/ready")]
    [InlineData("/docs")]
    [InlineData("/")]
    public async Task Head_is_answered_as_get_without_the_body(string path)
    {
        var alice = await shared.Host.Person("alice");
        var get = await alice.Send(HttpMethod.Get, path);

        var head = await alice.Send(HttpMethod.Head, path);

        Assert.Equal((get.StatusCode, get.Content.Headers.ContentType), (head.StatusCode, head.Content.Headers.ContentType));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        Assert.NotEmpty(await get.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Head_is_not_for_what_never_ends()
    {
        var alice = await shared.Host.Person("alice");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await alice.Send(HttpMethod.Head, "/v1/events/stream")).StatusCode);
    }

    [Theory]
    [InlineData("application/json", HttpStatusCode.Created)]
    [InlineData("application/json; charset=utf-8", HttpStatusCode.Created)]
    [InlineData("application/json; charset=\"utf-8\"", HttpStatusCode.Created)]
    [InlineData("application/json; charset=\"UTF-8\"", HttpStatusCode.Created)]
    [InlineData("application/json; charset=latin1", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json; charset=utf-16", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json; charset=\"no such\"", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("text/plain; charset=\"utf-8\"", HttpStatusCode.UnsupportedMediaType)]
    public async Task A_character_set_may_be_quoted_and_is_utf8(string type, HttpStatusCode status)
    {
        var (alice, _, room) = await shared.Host.Pair();
        using var body = new StringContent("""{"text":"hello","clientKey":"k"}""");
        body.Headers.ContentType = MediaTypeHeaderValue.Parse(type);

        var sent = await alice.Http.PostAsync(new Uri($"{room.Path}/messages", UriKind.Relative), body);

        Assert.Equal(status, sent.StatusCode);
        if (status == HttpStatusCode.UnsupportedMediaType) await Person.Refused(sent, status, "request.unsupported_media");
    }

    [Fact]
    public async Task An_answer_to_a_fault_carries_the_headers_of_every_answer()
    {
        var (alice, _, room) = await shared.Host.Pair();
        using var body = new StringContent("{", null, "application/json");

        var refused = await alice.Http.PostAsync(new Uri($"{room.Path}/messages", UriKind.Relative), body);

        await Person.Refused(refused, HttpStatusCode.BadRequest, "request.malformed");
        foreach (var name in (string[])["X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Content-Security-Policy", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"])
            Assert.True(refused.Headers.Contains(name), name);
    }

    [Fact]
    public async Task Every_time_is_told_in_one_form()
    {
        var (alice, bob, room) = await shared.Host.Pair();
        await using var bobs = await LiveClient.Subscribed(bob);
        var receipt = await (await alice.Send(HttpMethod.Post, $"{room.Path}/messages", new { text = "hello", clientKey = "k" })).Content.ReadAsStringAsync();
        var view = await alice.Http.GetStringAsync(new Uri(room.Path, UriKind.Relative));
        await Eventually(() => Assert.Contains("hello", bobs.Texts));

        Assert.Matches("\"sentAt\":\"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z\"", receipt);
        Assert.Matches("\"createdAt\":\"[^\"+]*\\.[0-9]{6}Z\"", view);
        Assert.Matches("^[^+]*\\.[0-9]{6}Z$", bobs.Events.First(e => e.GetProperty("type").GetString() == "message.created").GetProperty("data").GetProperty("sentAt").GetString()!);
        var schema = System.Text.Json.JsonDocument.Parse(await shared.Host.Http.GetStringAsync("/openapi/v1.json")).RootElement.GetProperty("components").GetProperty("schemas").GetProperty("MessageReceipt").GetProperty("properties").GetProperty("sentAt");
        Assert.Equal(("string", "date-time"), (schema.GetProperty("type").GetString(), schema.GetProperty("format").GetString()));
    }

    [Fact]
    public async Task Every_problem_links_to_a_page_that_names_it()
    {
        var refused = await Person.Refused(await shared.Host.Http.GetAsync(new Uri("/v1/me", UriKind.Relative)), HttpStatusCode.Unauthorized, "identity.not_signed_in");
        var type = refused.GetProperty("type").GetString()!.Split('#');

        var page = await shared.Host.Http.GetAsync(new Uri(type[0], UriKind.Relative));
        var text = await page.Content.ReadAsStringAsync();

        Assert.Equal((HttpStatusCode.OK, "text/html"), (page.StatusCode, page.Content.Headers.ContentType?.MediaType));
        Assert.Contains($"id=\"{type[1]}\"", text, StringComparison.Ordinal);
        Assert.All(Refusals.All, refusal => Assert.Contains($"<div id=\"{refusal.Code}\">", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_said_while_the_doors_are_shut_can_be_read_by_a_page_of_a_named_origin()
    {
        await using var host = await SocialHost.Start(configure: app => app.Configuration["Social:Edge:Origins"] = "https://app.example");
        host.Services.GetRequiredService<Doors>().ShutForGood("the test says so");
        async Task<HttpResponseMessage> Ask(HttpMethod method)
        {
            using var request = new HttpRequestMessage(method, "/v1/me") { Headers = { { "Origin", "https://app.example" }, { "Access-Control-Request-Method", "GET" } } };
            return await host.Http.SendAsync(request);
        }

        var (asked, answered) = (await Ask(HttpMethod.Options), await Ask(HttpMethod.Get));

        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.ServiceUnavailable), (asked.StatusCode, answered.StatusCode));
        foreach (var answer in (HttpResponseMessage[])[asked, answered]) Assert.Equal("https://app.example", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
    }
}
