using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansSocial.Host;

[Collection(SharedApplication.Name)]
public class HealthTests(SharedHost shared)
{
    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task A_running_node_lives_and_is_ready(string path)
    {
        var answer = await shared.Host.Http.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(answer.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task A_ready_node_names_what_it_needs_with_the_state_of_each()
    {
        var told = await shared.Host.Http.GetFromJsonAsync<JsonElement>("/health/ready");

        Assert.Equal("ready", told.GetProperty("status").GetString());
        Assert.Equal(["process: ready", "cluster: ready", "database: ready"], Parts(told));
    }

    [Fact]
    public async Task A_node_whose_doors_are_shut_says_why()
    {
        await using var host = await SocialHost.Start();
        host.Services.GetRequiredService<Doors>().ShutForGood("the test says so");

        var answer = await host.Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
        var told = await answer.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "the test says so"), (answer.StatusCode, told.GetProperty("reason").GetString()));
        Assert.Equal(["process: the test says so", "cluster: ready", "database: ready"], Parts(told));
    }

    internal static IEnumerable<string> Parts(JsonElement told) =>
        told.GetProperty("parts").EnumerateArray().Select(part => $"{part.GetProperty("name").GetString()}: {part.GetProperty("state").GetString()}");

    [Fact]
    public async Task Alice_signs_up_and_reads_her_profile()
    {
        var alice = await shared.Host.Person("alice");

        var me = await alice.Get<Users.ProfileView>("/v1/me");

        Assert.Equal(alice.Id, me.Id);
        Assert.Equal("alice", me.DisplayName);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/v1/me")]
    [InlineData("/nothing/here")]
    [InlineData("/docs")]
    public async Task Every_answer_keeps_a_browser_from_guessing_and_framing(string path)
    {
        var answer = await shared.Host.Http.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("DENY", Assert.Single(answer.Headers.GetValues("X-Frame-Options")));
        Assert.Contains("frame-ancestors 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Server"));
    }
}
