using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansSocial.Identity;

namespace OrleansSocial.Host;

/// <summary>The engine's dashboard: for operators, by a ticket that opens nothing else.</summary>
public sealed class DashboardTests
{
    [Fact]
    public async Task Whoever_operates_is_told_so_and_nobody_else_is()
    {
        await using var host = await SocialHost.Start();
        var ((olga, _), alice) = (await Operator(host), await host.Person("alice"));

        Assert.True((await olga.Get<Rights>("/v1/me/rights")).Operates);
        Assert.False((await alice.Get<Rights>("/v1/me/rights")).Operates);
        await Person.Refused(await host.Http.GetAsync(new Uri("/v1/me/rights", UriKind.Relative)), HttpStatusCode.Unauthorized, "identity.not_signed_in");
    }

    [Fact]
    public async Task An_operator_opens_it_by_a_ticket_and_sees_the_silos_but_nothing_that_grains_have_stored()
    {
        await using var host = await SocialHost.Start();
        var (olga, cookie) = await Operator(host);

        var page = await Ask(host, "/dashboard/", cookie);
        var counters = await Ask(host, "/dashboard/DashboardCounters", cookie);

        Assert.Equal((HttpStatusCode.OK, "text/html"), (page.StatusCode, page.Content.Headers.ContentType?.MediaType));
        Assert.Equal(HttpStatusCode.OK, counters.StatusCode);
        Assert.Contains("simpleGrainStats", await counters.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("unsafe-eval", Assert.Single(page.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        foreach (var hidden in (string[])["/dashboard/GrainState?grainId=0&grainType=KeyRing", "/dashboard/grainstate", "/dashboard/Trace"])
            await Person.Refused(await Ask(host, hidden, cookie), HttpStatusCode.NotFound, "request.not_found");
        Assert.NotNull(olga);
    }

    [Fact]
    public async Task The_ticket_is_kept_from_scripts_and_other_sites_and_opens_nothing_else()
    {
        await using var host = await SocialHost.Start();
        var (olga, cookie) = await Operator(host);

        var told = Assert.Single((await olga.Send(HttpMethod.Post, "/v1/admin/dashboard")).Headers.GetValues("Set-Cookie"));

        foreach (var rule in (string[])["path=/dashboard", "httponly", "samesite=strict", "max-age=900"]) Assert.Contains(rule, told, StringComparison.OrdinalIgnoreCase);
        foreach (var path in (string[])["/v1/me", "/v1/admin/jobs"]) await Person.Refused(await Ask(host, path, cookie), HttpStatusCode.Unauthorized, "identity.not_signed_in");
        using var bearer = new HttpRequestMessage(HttpMethod.Get, "/v1/me") { Headers = { { "Authorization", $"Bearer {cookie.Split('=')[1]}" } } };
        await Person.Refused(await host.Http.SendAsync(bearer), HttpStatusCode.Unauthorized, "identity.token_invalid");
    }

    [Fact]
    public async Task Without_a_ticket_with_one_that_was_changed_and_after_the_session_or_its_time_a_page_says_what_to_do()
    {
        await using var host = await SocialHost.Start();
        var (olga, cookie) = await Operator(host);

        foreach (var no in (string[])["", "social-dashboard=", "social-dashboard=a.b", cookie[..^2] + "AA", cookie.Replace(".", "A.", StringComparison.Ordinal)]) await Closed(host, no);
        host.Time.Move(Dashboard.Lifetime);
        await Closed(host, cookie);
        var (another, again) = await Operator(host);
        Assert.Equal(HttpStatusCode.OK, (await Ask(host, "/dashboard/", again)).StatusCode);
        await another.Send(HttpMethod.Post, "/v1/auth/logout");
        await Eventually(() => Closed(host, again));
        Assert.NotNull(olga);
    }

    [Fact]
    public async Task Whoever_does_not_operate_the_system_gets_no_ticket_and_whoever_no_longer_does_is_refused()
    {
        await using var host = await SocialHost.Start();
        var (olga, cookie) = await Operator(host);

        await Person.Refused(await (await host.Person("mallory")).Send(HttpMethod.Post, "/v1/admin/dashboard"), HttpStatusCode.Forbidden, "identity.not_an_admin");
        host.Services.GetRequiredService<IOptions<AdminOptions>>().Value.Handles = "";

        await Person.Refused(await Ask(host, "/dashboard/", cookie), HttpStatusCode.Forbidden, "identity.not_an_admin");
        Assert.NotNull(olga);
    }

    [Theory]
    [InlineData("Development", "http://localhost:5080", true, "", "alice")]
    [InlineData("Development", "http://0.0.0.0:5080", true, "", "")]
    [InlineData("Development", "http://localhost:5080", false, "", "")]
    [InlineData("Production", "http://localhost:5080", true, "", "")]
    [InlineData("Development", "http://localhost:5080", true, "olga", "olga")]
    public void Alice_operates_what_runs_for_development_on_this_machine_alone(string environment, string urls, bool seed, string named, string operates)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment });
        (builder.Configuration["urls"], builder.Configuration["Social:Node:Seed"]) = (urls, $"{seed}");
        var admins = new AdminOptions { Handles = named };

        Seeds.LetAliceOperate(admins, builder.Configuration, builder.Environment);

        Assert.Equal(operates, admins.Handles);
    }

    private static async Task<(Person Olga, string Cookie)> Operator(SocialHost host)
    {
        var olga = await host.Person("olga");
        host.Services.GetRequiredService<IOptions<AdminOptions>>().Value.Handles = olga.Handle;
        var opened = await olga.Send(HttpMethod.Post, "/v1/admin/dashboard");
        Assert.Equal(HttpStatusCode.OK, opened.StatusCode);
        return (olga, opened.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
    }

    private static async Task Closed(SocialHost host, string cookie)
    {
        var answer = await Ask(host, "/dashboard/", cookie);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("href=\"/jobs\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> Ask(SocialHost host, string path, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (cookie.Length > 0) request.Headers.Add("Cookie", cookie);
        return await host.Http.SendAsync(request);
    }
}
