using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansSocial.RateLimits;

/// <summary>Limits that refill so slowly that no time matters while a test runs.</summary>
public sealed class RateLimitTests
{
    [Fact]
    public async Task Too_many_reads_are_refused_with_the_wait_and_the_limit_and_others_are_not_affected()
    {
        await using var host = await Start(("Reads", 5));
        var (alice, bob) = (await host.Person("alice"), await host.Person("bob"));

        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 6; i++) answers.Add(await alice.Send(HttpMethod.Get, "/v1/me"));

        Assert.Equal(["4", "3", "2", "1", "0", "0"], answers.Select(a => Header(a, "RateLimit-Remaining")));
        Assert.All(answers, a => Assert.Equal("5", Header(a, "RateLimit-Limit")));
        Assert.All(answers[..5], a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
        await Person.Refused(answers[5], HttpStatusCode.TooManyRequests, "rates.too_many");
        Assert.InRange(answers[5].Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 1000);
        Assert.InRange(double.Parse(Header(answers[5], "RateLimit-Reset"), CultureInfo.InvariantCulture), 1000, 5000);
        Assert.Equal(HttpStatusCode.OK, (await bob.Send(HttpMethod.Get, "/v1/me")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await alice.Send(HttpMethod.Patch, "/v1/me", new { })).StatusCode);
    }

    [Fact]
    public async Task What_names_many_things_costs_more_than_what_names_one()
    {
        await using var host = await Start(("Writes", 12));
        var alice = await host.Person("alice");
        Task<HttpResponseMessage> Group(int people) =>
            alice.Post("/v1/conversations", new { kind = "group", title = "Many", members = Enumerable.Range(0, people).Select(_ => Guid.NewGuid()) });

        var first = await Group(250);
        await Person.Refused(first, HttpStatusCode.UnprocessableEntity, "chat.unknown_user");
        await Person.Refused(await Group(250), HttpStatusCode.UnprocessableEntity, "chat.unknown_user");

        Assert.Equal("6", Header(first, "RateLimit-Remaining"));
        await Person.Refused(await Group(1), HttpStatusCode.TooManyRequests, "rates.too_many");
    }

    [Fact]
    public async Task A_list_of_profiles_costs_one_and_one_more_for_each_fifty()
    {
        await using var host = await Start(("Reads", 7));
        var alice = await host.Person("alice");
        Task<HttpResponseMessage> List(int people) => alice.Http.GetAsync(new Uri($"/v1/users?ids={string.Join(',', Enumerable.Range(0, people).Select(_ => Guid.NewGuid()))}", UriKind.Relative));

        var left = new List<string>();
        foreach (var people in (int[])[1, 49, 50, 100]) left.Add(Header(await List(people), "RateLimit-Remaining"));

        Assert.Equal(["6", "5", "3", "0"], left);
        await Person.Refused(await List(1), HttpStatusCode.TooManyRequests, "rates.too_many");
    }

    [Fact]
    public async Task However_many_come_at_once_no_more_pass_than_the_bucket_holds()
    {
        await using var host = await Start(("Reads", 50));
        var alice = await host.Person("alice");

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => alice.Send(HttpMethod.Get, "/v1/me")));

        Assert.Equal(50, answers.Count(a => a.StatusCode == HttpStatusCode.OK));
        Assert.Equal(150, answers.Count(a => a.StatusCode == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task A_name_is_tried_only_so_often_from_wherever_and_other_names_are_free()
    {
        await using var host = await Start(("LoginName", 3));
        var (alice, bob) = (await host.Person("alice"), await host.Person("bob"));

        for (var i = 0; i < 3; i++) await Person.Refused(await SignIn(host, alice.Handle, "wrong horse battery"), HttpStatusCode.Unauthorized, "identity.wrong_credentials");

        await Person.Refused(await SignIn(host, alice.Handle.ToUpperInvariant(), Person.Password), HttpStatusCode.TooManyRequests, "rates.too_many");
        Assert.Equal(HttpStatusCode.OK, (await SignIn(host, bob.Handle, Person.Password)).StatusCode);
    }

    [Fact]
    public async Task Forged_tokens_are_limited_by_address()
    {
        await using var host = await Start(("Reads", 3));
        using var client = new HttpClient { BaseAddress = host.Address, DefaultRequestHeaders = { Authorization = new("Bearer", "forged.forged.forged") } };

        for (var i = 0; i < 3; i++) await Person.Refused(await client.GetAsync(new Uri("/v1/me", UriKind.Relative)), HttpStatusCode.Unauthorized, "identity.not_signed_in");

        await Person.Refused(await client.GetAsync(new Uri("/v1/me", UriKind.Relative)), HttpStatusCode.TooManyRequests, "rates.too_many");
    }

    [Fact]
    public async Task What_a_client_says_of_its_address_is_not_believed()
    {
        await using var host = await Start(("Login", 2));

        await From(host, "192.0.2.1");
        await From(host, "192.0.2.2");

        await Person.Refused(await From(host, "192.0.2.3"), HttpStatusCode.TooManyRequests, "rates.too_many");
    }

    [Fact]
    public async Task What_a_trusted_proxy_says_is_believed_and_what_stands_before_it_is_not()
    {
        await using var host = await Start(
            configure: builder => builder.Configuration.AddInMemoryCollection([new("Social:RateLimits:TrustedProxies:0", "127.0.0.0/8")]), limits: ("Login", 1));

        await Person.Refused(await From(host, "192.0.2.1"), HttpStatusCode.Unauthorized, "identity.wrong_credentials");
        await Person.Refused(await From(host, "192.0.2.2"), HttpStatusCode.Unauthorized, "identity.wrong_credentials");
        await Person.Refused(await From(host, "192.0.2.1"), HttpStatusCode.TooManyRequests, "rates.too_many");
        await Person.Refused(await From(host, "198.51.100.9, 192.0.2.2"), HttpStatusCode.TooManyRequests, "rates.too_many");
    }

    [Fact]
    public async Task Tokens_that_a_node_leased_and_nobody_used_go_back_and_buckets_stay_few()
    {
        await using var host = await Start(
            configure: builder => builder.Configuration.AddInMemoryCollection([new("Social:RateLimits:BucketsMax", "100")]), limits: ("Reads", 100));
        var gate = host.Services.GetRequiredService<RateGate>();
        var alice = RateKey.Of(Rate.Reads, UserId.From(Guid.NewGuid()));

        Assert.True((await gate.Charge(alice, default)).Allowed);
        for (var i = 0; i < 500; i++) Assert.True((await gate.Charge(RateKey.Of(Rate.Reads, UserId.From(Guid.NewGuid())), default)).Allowed);

        Assert.InRange(gate.Count, 1, 100);
        await Waiting.Eventually(async () => Assert.Equal(99, (await host.Grains.GetGrain<IRateBucketGrain>(alice.GrainKey()).Take(new(100, 0.001), 0)).Remaining));
    }

    private static Task<HttpResponseMessage> SignIn(SocialHost host, string handle, string password) =>
        host.Http.PostAsJsonAsync("/v1/auth/login", new { handle, password });

    private static async Task<HttpResponseMessage> From(SocialHost host, string forwardedFor)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/auth/login")
        {
            Content = JsonContent.Create(new { handle = "nobody_here", password = "wrong horse battery" }),
            Headers = { { "X-Forwarded-For", forwardedFor } },
        };
        return await host.Http.SendAsync(request);
    }

    private static string Header(HttpResponseMessage answer, string name) => answer.Headers.GetValues(name).Single();

    private static Task<SocialHost> Start(params (string Rate, int TokensMax)[] limits) => Start(_ => { }, limits);

    private static Task<SocialHost> Start(Action<WebApplicationBuilder> configure, params (string Rate, int TokensMax)[] limits) =>
        SocialHost.Start(configure: builder =>
        {
            builder.Configuration.AddInMemoryCollection(limits.SelectMany(l => (KeyValuePair<string, string?>[])
            [
                new($"Social:RateLimits:{l.Rate}:TokensMax", l.TokensMax.ToString(CultureInfo.InvariantCulture)),
                new($"Social:RateLimits:{l.Rate}:TokensPerSecond", "0.001"),
            ]));
            configure(builder);
        });
}
