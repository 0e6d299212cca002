using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OrleansSocial.Host;

[Collection(SharedApplication.Name)]
public class TelemetryTests(SharedHost shared)
{
    [Fact]
    public async Task One_trace_leads_from_a_request_or_a_hub_call_through_the_grain_to_its_sql()
    {
        await using var collector = await OtlpReceiver.Start();
        await using var host = await SocialHost.Start(configure: collector.Configure);
        var (alice, bob, room) = await host.Pair();
        await using var bobs = await LiveClient.Connect(bob);

        await room.As(alice).Send("by request");
        await bobs.Send(room, "by hub");

        await Eventually(() =>
        {
            var sql = collector.Spans.Where(span => span.Scope == "Npgsql").Select(collector.Chain).ToList();
            foreach (var (scope, name) in ((string, string)[])[("Microsoft.AspNetCore", "/messages"), ("Microsoft.AspNetCore.SignalR.Server", "Send")])
            {
                var chain = sql.FirstOrDefault(chain => chain[^1].Scope.StartsWith(scope, StringComparison.Ordinal) && chain[^1].Name.EndsWith(name, StringComparison.Ordinal)
                    && chain.Any(span => span.Name == "commit"));
                Assert.True(chain is not null, $"no SQL below {scope}: {string.Join("; ", collector.Spans.Select(span => $"{span.Scope} {span.Name}").Distinct())}");
                Assert.Contains(chain, span => span.Scope.StartsWith("Microsoft.Orleans.", StringComparison.Ordinal) && span.Name.EndsWith("/Send", StringComparison.Ordinal));
                Assert.Equal("", chain[^1].Parent);
            }
        });
        await Eventually(() => Assert.Contains("social.commit.duration", collector.MetricNames));
    }

    [Fact]
    public async Task Whoever_shares_a_transaction_finds_the_one_with_the_sql_by_a_link()
    {
        await using var collector = await OtlpReceiver.Start();
        await using var host = await SocialHost.Start(configure: app =>
        {
            collector.Configure(app);
            app.Configuration["Social:GroupCommit:LanesMax"] = "1";
        });
        var (alice, bob, room) = await host.Pair();

        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => room.As(i % 2 == 0 ? alice : bob).Send($"text {i}")));

        await Eventually(() =>
        {
            var commits = collector.Spans.Where(span => span.Scope == "OrleansSocial.Kernel" && span.Name == "commit").ToList();
            var (links, with) = (commits.Where(span => span.Links.Count > 0).ToList(), commits.Where(span => span.Links.Count == 0).Select(span => span.Trace).ToHashSet());
            Assert.NotEmpty(links);
            Assert.All(links, span => Assert.Contains(Assert.Single(span.Links), with));
        });
    }

    [Fact]
    public async Task A_caller_does_not_say_whether_or_under_which_number_it_is_traced()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/me") { Headers = { { "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" } } };

        var refused = await Person.Refused(await shared.Host.Http.SendAsync(request), HttpStatusCode.Unauthorized, "identity.not_signed_in");

        Assert.Matches("^[0-9a-f]{32}$", refused.GetProperty("traceId").GetString()!);
        Assert.NotEqual("0af7651916cd43dd8448eb211c80319c", refused.GetProperty("traceId").GetString());
    }

    [Fact]
    public async Task Metrics_tell_whether_people_are_served()
    {
        var (alice, _, room) = await shared.Host.Pair();
        await room.As(alice).Send("counted");
        await room.As(alice).TrySend("");

        var told = await shared.Host.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));

        foreach (var name in (string[])["social_sends_duration_seconds_bucket", "social_commit_duration_seconds_count", "social_commit_writes", "social_http_refused_total", "social_live_connections",
            "social_cluster_silos", "social_node_ready", "orleans_", "http_server_request_duration_seconds_bucket", "kestrel_active_connections", "db_client_", "dotnet_gc_"])
            Assert.Contains(name, told, StringComparison.Ordinal);
        Assert.Matches("social_sends_duration_seconds_count\\{[^}]*code=\"accepted\"[^}]*\\} [1-9]", told);
        Assert.Matches("social_sends_duration_seconds_count\\{[^}]*code=\"chat\\.[a-z_]+\"[^}]*\\} [1-9]", told);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("10.0.0.7", false)]
    [InlineData("2001:db8::1", false)]
    public void Metrics_are_for_this_machine_unless_networks_are_named(string address, bool may)
    {
        var readers = new MetricsOptions();
        Assert.Equal(may, readers.MayRead(IPAddress.Parse(address)));

        readers.Networks = "10.0.0.0/8 2001:db8::/32";
        Assert.Equal(!may, readers.MayRead(IPAddress.Parse(address)));
        readers.Networks = "";
        Assert.False(readers.MayRead(IPAddress.Parse(address)));
    }

    [Theory]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("Forwarded", "for=127.0.0.1")]
    [InlineData("Via", "1.1 proxy")]
    public async Task Metrics_are_not_told_through_a_proxy_that_nobody_trusts(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics") { Headers = { { header, value } } };

        await Person.Refused(await shared.Host.Http.SendAsync(request), HttpStatusCode.NotFound, "request.not_found");
        await Person.Refused(await shared.Host.Http.PostAsync(new Uri("/metrics", UriKind.Relative), null), HttpStatusCode.NotFound, "request.not_found");
    }

    [Fact]
    public void What_is_no_list_of_networks_is_told_at_the_start()
    {
        var options = shared.Host.Services.GetServices<IValidateOptions<MetricsOptions>>().Single();

        Assert.Contains("Social:Metrics:Networks = 10.0.0.0/40", options.Validate(null, new MetricsOptions { Networks = "10.0.0.0/40" }).FailureMessage, StringComparison.Ordinal);
    }
}
