using System.Net;

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
