using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace OrleansSocial.Host;

[Collection(SharedApplication.Name)]
public sealed partial class DocsPageTests(SharedHost shared)
{
    [Fact]
    public async Task The_documentation_runs_files_of_this_server_and_the_scripts_that_stand_in_it_and_no_others()
    {
        var (policy, html) = await Read("/docs");

        var rules = policy.Split("; ").Single(rule => rule.StartsWith("script-src ", StringComparison.Ordinal)).Split(' ')[1..];
        var inline = Script().Matches(html).Where(script => script.Groups[2].Length > 0)
            .Select(script => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script.Groups[2].Value)))}'").ToList();
        Assert.NotEmpty(inline);
        Assert.Equal(inline.Prepend("'self'"), rules);
        Assert.All(Script().Matches(html).Where(script => script.Groups[2].Length == 0), script => Assert.Matches("src=\"[a-z.]+\\.js\"", script.Groups[1].Value));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("connect-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-eval", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("//", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Beside_the_documentation_is_nothing() =>
        await Person.Refused(await shared.Host.Http.GetAsync(new Uri("/docs/elsewhere", UriKind.Relative)), System.Net.HttpStatusCode.NotFound, "request.not_found");

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

    [GeneratedRegex("<script([^>]*)>([^<]*)</script>")]
    private static partial Regex Script();
}
