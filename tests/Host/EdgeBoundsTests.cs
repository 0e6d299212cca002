using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansSocial.Host;

[Collection(SharedApplication.Name)]
public class EdgeBoundsTests(SharedHost shared)
{
    [Fact]
    public void Every_route_of_the_application_is_charged_or_answers_what_was_made_before()
    {
        var routes = shared.Host.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().ToList();

        Assert.Contains(routes, route => route.RoutePattern.RawText == "/openapi/v1.json");
        Assert.Empty(routes.Where(Uncharged).Select(route => route.DisplayName));
        Assert.True(Uncharged(new RouteEndpoint(_ => Task.CompletedTask, Microsoft.AspNetCore.Routing.Patterns.RoutePatternFactory.Parse("/free"), 0, null, "free")));
    }

    [Theory]
    [InlineData("/openapi/v1.json")]
    [InlineData("/docs/")]
    [InlineData("/docs/problems")]
    [InlineData("/docs/hub")]
    [InlineData("/page.css")]
    public async Task What_is_constant_has_a_tag_and_says_the_same_by_whatever_host_it_is_asked(string path)
    {
        var first = await Ask(path, host: "one.example");
        var second = await Ask(path, host: "other.example");
        var again = await Ask(path, tag: first.Headers.ETag!.ToString());

        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }

    [Fact]
    public async Task A_server_that_has_named_its_hosts_answers_to_no_other_name_but_for_its_health()
    {
        await using var host = await SocialHost.Start(configure: app => app.Configuration["Social:Edge:Hosts"] = "social.example *.apps.example");

        await Person.Refused(await Ask("/v1/me", "elsewhere.example", on: host), HttpStatusCode.BadRequest, "request.unknown_host");
        await Person.Refused(await Ask("/v1/me", "social.example", on: host), HttpStatusCode.Unauthorized, "identity.not_signed_in");
        await Person.Refused(await Ask("/v1/me", "one.apps.example", on: host), HttpStatusCode.Unauthorized, "identity.not_signed_in");
        Assert.Equal(HttpStatusCode.OK, (await Ask("/health/live", "elsewhere.example", on: host)).StatusCode);
    }

    [Fact]
    public async Task No_more_requests_are_under_way_than_may_be_and_health_answers_all_the_same()
    {
        await using var host = await SocialHost.Start(configure: app => app.Configuration["Social:Edge:RequestsMax"] = "10");
        var held = new List<TcpClient>();

        // Ten whose bodies do not come.
        for (var i = 0; i < 10; i++)
        {
            held.Add(new TcpClient(host.Address.Host, host.Address.Port));
            await held[^1].GetStream().WriteAsync("POST /v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"u8.ToArray());
        }

        await Eventually(async () => await Person.Refused(await Ask("/v1/me", on: host), HttpStatusCode.ServiceUnavailable, "service.unavailable"));
        Assert.Equal(HttpStatusCode.OK, (await Ask("/health/ready", on: host)).StatusCode);
        foreach (var one in held) one.Dispose();
        await Eventually(async () => Assert.Equal(HttpStatusCode.Unauthorized, (await Ask("/v1/me", on: host)).StatusCode));
    }

    [Theory]
    [InlineData(9_000, 0, HttpStatusCode.RequestUriTooLong, "request.target_too_long")]
    [InlineData(0, 20_000, HttpStatusCode.RequestHeaderFieldsTooLarge, "request.headers_too_large")]
    public async Task What_is_too_long_is_refused_with_its_problem(int query, int header, HttpStatusCode status, string code)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/me?{new string('q', query)}");
        if (header > 0) request.Headers.Add("X-Much", new string('a', header));

        await Person.Refused(await shared.Host.Http.SendAsync(request), status, code);
    }

    [Theory]
    [InlineData("GET /v1/users/by-handle/%00 HTTP/1.1\r\nHost: a\r\n\r\n", "400")]
    [InlineData("GET /v1/conversations/%00/messages HTTP/1.1\r\nHost: a\r\n\r\n", "400")]
    [InlineData("GET /?{18000} HTTP/1.1\r\nHost: a\r\n\r\n", "414")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX-Much: {40000}\r\n\r\n", "431")]
    [InlineData("GET / HTTP/1.1\r\nHost a\r\n\r\n", "400")]
    public async Task What_the_server_cannot_read_is_refused_by_it_without_a_body_and_the_documentation_says_so(string request, string status)
    {
        var much = System.Text.RegularExpressions.Regex.Replace(request, "\\{([0-9]+)\\}", match => new('a', int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)));
        using var client = new TcpClient(shared.Host.Address.Host, shared.Host.Address.Port);
        await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(much));
        using var reader = new StreamReader(client.GetStream());

        var answer = await reader.ReadToEndAsync().Soon("the refusal");

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Length: 0\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
        foreach (var page in (string[])["/docs/problems", "/openapi/v1.json"])
            Assert.Contains("is refused without a body", await shared.Host.Http.GetStringAsync(new Uri(page, UriKind.Relative)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/users/by-handle/%01", HttpStatusCode.NotFound, "users.not_found")]
    [InlineData("/v1/conversations?after=%00", HttpStatusCode.BadRequest, "request.bad_cursor")]
    [InlineData("/v1/conversations/%C0%80", HttpStatusCode.BadRequest, "request.malformed")]
    public async Task Whatever_else_stands_in_a_target_is_refused_with_its_problem(string path, HttpStatusCode status, string code)
    {
        var alice = await shared.Host.Person("alice");

        await Person.Refused(await alice.Send(HttpMethod.Get, path), status, code);
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("PROPFIND")]
    public async Task A_method_that_the_hub_does_not_know_is_refused_with_its_problem(string method)
    {
        using var request = new HttpRequestMessage(new(method), "/v1/live");

        await Person.Refused(await shared.Host.Http.SendAsync(request), HttpStatusCode.MethodNotAllowed, "request.method_not_allowed");
    }

    [Fact]
    public async Task The_scheme_is_that_of_a_trusted_proxy_and_of_nobody_else()
    {
        await using var host = await SocialHost.Start(configure: app => app.Configuration["Social:RateLimits:TrustedProxies:0"] = "127.0.0.0/8");

        Assert.True((await Proxied(host)).Headers.Contains("Strict-Transport-Security"));
        Assert.False((await Proxied(shared.Host)).Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task A_proxy_that_nobody_trusts_is_told_of_once()
    {
        await using var host = await SocialHost.Start();
        using var log = CapturedLog.Of(host);

        for (var i = 0; i < 3; i++) await Proxied(host);

        Assert.Contains("127.0.0.1 sends X-Forwarded-For", Assert.Single(log.Lines, line => line.Text.Contains("TrustedProxies", StringComparison.Ordinal)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Caches_and_browsers_are_told_how_answers_differ_by_origin_and_cookies_are_for_the_hub_alone()
    {
        await using var host = await SocialHost.Start(configure: app => app.Configuration["Social:Edge:Origins"] = "https://app.example");
        async Task<HttpResponseMessage> Preflight(string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Options, path) { Headers = { { "Origin", "https://app.example" }, { "Access-Control-Request-Method", "POST" } } };
            return await host.Http.SendAsync(request);
        }

        var (api, hub, plain) = (await Preflight("/v1/me"), await Preflight("/v1/live/negotiate"), await Ask("/v1/me", on: host));

        foreach (var answer in (HttpResponseMessage[])[api, hub, plain]) Assert.Contains("Origin", answer.Headers.Vary);
        foreach (var answer in (HttpResponseMessage[])[api, hub]) Assert.Equal("600", Assert.Single(answer.Headers.GetValues("Access-Control-Max-Age")));
        Assert.False(api.Headers.Contains("Access-Control-Allow-Credentials"));
        Assert.True(hub.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    private static bool Uncharged(RouteEndpoint route) => route.Metadata.GetMetadata<RateMetadata>() is null && route.Metadata.GetMetadata<UnlimitedMetadata>() is null;

    private static async Task<HttpResponseMessage> Proxied(SocialHost host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/me") { Headers = { { "X-Forwarded-For", "203.0.113.9" }, { "X-Forwarded-Proto", "https" } } };
        return await host.Http.SendAsync(request);
    }

    private async Task<HttpResponseMessage> Ask(string path, string? host = null, string? tag = null, SocialHost? on = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (host is not null) request.Headers.Host = host;
        if (tag is not null) request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        return await (on ?? shared.Host).Http.SendAsync(request);
    }
}
