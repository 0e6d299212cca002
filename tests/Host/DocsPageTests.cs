using System.Text.RegularExpressions;

namespace OrleansSocial.Host;

[Collection(SharedApplication.Name)]
public sealed partial class DocsPageTests(SharedHost shared)
{
    [Fact]
    public async Task The_documentation_runs_the_scripts_that_its_own_answer_names_and_no_others()
    {
        var (policy, html) = await Read("/docs");
        var (later, _) = await Read("/docs");

        var nonce = Nonce().Match(policy).Groups[1].Value;
        Assert.Equal(22, nonce.Length);
        Assert.NotEqual(nonce, Nonce().Match(later).Groups[1].Value);
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("connect-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-eval", policy, StringComparison.Ordinal);
        Assert.All(Script().Matches(html), script => Assert.Contains($"nonce=\"{nonce}\"", script.Value, StringComparison.Ordinal));
        Assert.DoesNotContain("//", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/docs/scalar.js")]
    [InlineData("/openapi/v1.json")]
    public async Task Nothing_else_takes_the_policy_of_the_documentation(string path)
    {
        var (policy, _) = await Read(path);

        Assert.Contains("script-src 'self'", policy, StringComparison.Ordinal);
        Assert.Contains("require-trusted-types-for 'script'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-inline", policy, StringComparison.Ordinal);
    }

    private async Task<(string Policy, string Body)> Read(string path)
    {
        using var answer = await shared.Host.Http.GetAsync(new Uri(path, UriKind.Relative));
        answer.EnsureSuccessStatusCode();
        return (Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), await answer.Content.ReadAsStringAsync());
    }

    [GeneratedRegex("script-src 'nonce-([A-Za-z0-9_-]+)';")]
    private static partial Regex Nonce();

    [GeneratedRegex("<script[^>]*>")]
    private static partial Regex Script();
}
