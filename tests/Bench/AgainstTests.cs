using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace OrleansSocial.Bench;

/// <summary>Driving a running deployment through its public API: what is said before and after, what stays, limits that are met, an end in the middle.</summary>
public class AgainstTests
{
    [Fact]
    public async Task A_running_deployment_is_driven_within_the_limits_that_were_said_and_its_sessions_are_ended()
    {
        await using var host = await SocialHost.Start();
        using var run = BenchRun.Start("--against", Address(host), "--short");

        Assert.True(await run.Ended() == 0, run.Text + run.Told);

        Assert.Contains("opens 4 accounts", run.Told, StringComparison.Ordinal);
        Assert.Contains("at most 5 messages or reads a second for 4 seconds", run.Told, StringComparison.Ordinal);
        var section = Assert.Single(run.Report.GetProperty("sections").EnumerateArray());
        BenchTests.AssertShown(run, section);
        Assert.Equal(["Messages by the live hub", "Messages by REST", "The newest twenty messages by REST", "Afterwards"], BenchTests.FiguresOf(section).Select(figure => figure.GetProperty("group").GetString()).Distinct());
        Assert.Equal(0, Of(section, "Afterwards", "acknowledged and not in the history"));
        Assert.Contains("4 of 4 left their group and signed out", run.Text, StringComparison.Ordinal);
        Assert.Contains("The API removes no accounts", run.Text, StringComparison.Ordinal);
        await using var database = NpgsqlDataSource.Create(host.ConnectionString);
        await using var members = database.CreateCommand("SELECT count(*) FROM members WHERE left_seq IS NULL");
        Assert.Equal(0L, await members.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Limits_of_the_deployment_are_kept_to_and_told()
    {
        await using var host = await SocialHost.Start(configure: builder => builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Social:RateLimits:Messages:TokensMax"] = "1",
            ["Social:RateLimits:Messages:TokensPerSecond"] = "0.5",
            ["Social:RateLimits:Register:TokensMax"] = "3",
            ["Social:RateLimits:Register:TokensPerSecond"] = "1",
        }));
        using var run = BenchRun.Start("--against", Address(host), "--short");

        Assert.True(await run.Ended() == 0, run.Text + run.Told);

        var section = Assert.Single(run.Report.GetProperty("sections").EnumerateArray());
        Assert.True(Of(section, "Messages by the live hub", "held back by limits") > 0, run.Text);
        Assert.Equal(0, Of(section, "Messages by the live hub", "failed"));
        Assert.Contains("calls were answered 429", run.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_the_deployment_dies_in_the_middle_it_is_told_and_the_command_fails()
    {
        var host = await SocialHost.Start();
        using var run = BenchRun.Start("--against", Address(host), "--connections", "4", "--seconds", "20");
        await run.Sending;

        await host.DisposeAsync();

        Assert.Equal(1, await run.Ended());
        Assert.Contains("FAILED: 4 of 4 live connections were lost", run.Text, StringComparison.Ordinal);
        Assert.Contains("of 4 left their group and signed out", run.Text, StringComparison.Ordinal);
        Assert.NotEmpty(run.Report.GetProperty("faults").EnumerateArray());
        Assert.Contains(run.Page.Descendants(), element => element.Attribute("class")?.Value == "warning");
    }

    [Fact]
    public async Task Where_nothing_answers_the_command_says_so_and_fails()
    {
        using var run = BenchRun.Start("--against", $"http://127.0.0.1:{Driver.FreePort.Find()}", "--short");

        Assert.Equal(1, await run.Ended());
        Assert.Contains("FAILED: The deployment does not do its part", run.Text, StringComparison.Ordinal);
    }

    private static string Address(SocialHost host) => host.Address.GetLeftPart(UriPartial.Authority);

    private static double Of(JsonElement section, string group, string name) => BenchTests.FiguresOf(section)
        .First(figure => figure.GetProperty("group").GetString() == group && BenchTests.NameOf(figure) == name)
        .GetProperty("sides")[0].GetProperty("spread").GetProperty("median").GetDouble();
}
