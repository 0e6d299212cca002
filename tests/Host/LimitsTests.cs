using System.Net;
using System.Text;

namespace OrleansSocial.Host;

[Collection(SharedApplication.Name)]
public class LimitsTests(SharedHost shared)
{
    [Fact]
    public async Task A_body_over_the_limit_is_refused_by_its_code()
    {
        using var body = new StringContent($"{{\"handle\":\"{new string('a', 70_000)}\"}}", Encoding.UTF8, "application/json");

        var answer = await shared.Host.Http.PostAsync(new Uri("/v1/auth/login", UriKind.Relative), body);

        await Person.Refused(answer, HttpStatusCode.RequestEntityTooLarge, "request.too_large");
    }

    [Fact]
    public async Task Headers_over_the_limit_are_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live") { Headers = { { "X-Much", new string('a', 20_000) } } };

        var answer = await shared.Host.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task No_other_origin_may_read_the_api_unless_it_is_named()
    {
        var answer = await From(shared.Host, "https://elsewhere.example");

        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_named_origin_may_read_the_api_and_others_may_not()
    {
        await using var host = await SocialHost.Start(configure: builder => builder.Configuration["Social:Edge:Origins"] = "https://app.example https://beta.example");

        Assert.Equal("https://beta.example", Assert.Single((await From(host, "https://beta.example")).Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.False((await From(host, "https://elsewhere.example")).Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_node_without_the_api_serves_its_health_alone()
    {
        await using var host = await SocialHost.Start(configure: builder => builder.Configuration["Social:Node:Roles"] = "silo");

        Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Http.GetAsync(new Uri("/v1/me", UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Http.GetAsync(new Uri("/", UriKind.Relative))).StatusCode);
    }

    private static async Task<HttpResponseMessage> From(SocialHost host, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/users/by-handle/alice") { Headers = { { "Origin", origin } } };
        return await host.Http.SendAsync(request);
    }
}
