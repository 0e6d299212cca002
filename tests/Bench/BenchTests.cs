using System.Text.Json;
using System.Xml.Linq;

namespace OrleansSocial.Bench;

/// <summary>The command that measures runs in its short form, says all that it promises, and refuses what it does not know. No figure is asserted.</summary>
public class BenchTests
{
    [Fact]
    public async Task The_short_form_of_sends_reports_every_figure_as_text_as_json_and_on_the_page()
    {
        using var run = BenchRun.Start("sends", "--short", "--rounds", "2", "--seconds", "0.3");

        Assert.Equal(0, await run.Ended());

        var section = Assert.Single(run.Report.GetProperty("sections").EnumerateArray());
        Assert.Equal(["sends", "acknowledged, p50", "acknowledged, p99", "processor time of this process", "processor time of PostgreSQL"], FiguresOf(section).Select(NameOf).Distinct());
        Assert.All(FiguresOf(section), figure => Assert.Equal(2, figure.GetProperty("sides").GetArrayLength()));
        Assert.All(FiguresOf(section).SelectMany(figure => figure.GetProperty("sides").EnumerateArray()), side => Assert.Equal(2, side.GetProperty("rounds").GetArrayLength()));
        Assert.NotEqual(JsonValueKind.Null, FiguresOf(section).First().GetProperty("sides")[1].GetProperty("subjectOfIt").ValueKind);
        AssertShown(run, section);
        Assert.Contains("ours is ", run.Text, StringComparison.Ordinal);
        Assert.Contains(run.Page.Descendants(), element => element.Attribute("class")?.Value.StartsWith("ratio ", StringComparison.Ordinal) == true);
        foreach (var fact in (string[])["processor", "load before", "fsync of 8 KiB", "system", ".NET", "PostgreSQL", "commit"])
        {
            Assert.True(run.Report.GetProperty("machine").TryGetProperty(fact, out _), fact);
            Assert.Contains(run.Page.Descendants(), element => element.Name.LocalName == "dt" && element.Value == fact);
        }
    }

    [Fact]
    public async Task Each_attack_is_made_and_what_others_notice_of_it_is_told()
    {
        using var run = BenchRun.Start("attacks", "--short");

        Assert.Equal(0, await run.Ended());

        var section = Assert.Single(run.Report.GetProperty("sections").EnumerateArray());
        Assert.Equal(
            ["documents", "nonsense", "frames", "oversized", "connections", "streams", "titles"],
            FiguresOf(section).Select(figure => figure.GetProperty("group").GetString()!.Split(',')[0]).Distinct());
        Assert.All(FiguresOf(section).Where(figure => NameOf(figure) == "attempts"), figure => Assert.NotEqual(0, figure.GetProperty("sides")[0].GetProperty("spread").GetProperty("median").GetDouble()));
        AssertShown(run, section);
    }

    [Fact]
    public async Task The_page_needs_nothing_from_elsewhere()
    {
        using var run = BenchRun.Start("start", "--short");

        Assert.Equal(0, await run.Ended());

        Assert.DoesNotContain(run.Page.Descendants(), element => element.Name.LocalName is "script" or "link" or "img" or "iframe");
        Assert.DoesNotContain(run.Page.Descendants().Attributes(), attribute => attribute.Name.LocalName is "src" or "href" && !attribute.Value.StartsWith('#'));
        Assert.DoesNotContain("url(", run.Page.Descendants().First(element => element.Name.LocalName == "style").Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("There is no benchmark 'chats'", "chats")]
    [InlineData("There is no option '--fast'", "sends", "--fast")]
    [InlineData("--rounds is a whole number", "sends", "--rounds", "0")]
    [InlineData("--seconds is a number", "sends", "--seconds", "1e3")]
    [InlineData("--rate is a number", "chat", "--rate", "many")]
    [InlineData("--rate goes with chat", "sends", "--rate", "10")]
    [InlineData("--callers is a list", "sends", "--callers", "1,x")]
    [InlineData("--kills goes with events or jobs", "sends", "--kills", "3")]
    [InlineData("chat has no part 'rooms'", "chat", "--parts", "rooms")]
    [InlineData("--connections goes with --against", "chat", "--connections", "4")]
    [InlineData("is an address such as", "--against", "chat.example")]
    [InlineData("no benchmark goes with it", "sends", "--against", "http://127.0.0.1:9")]
    [InlineData("needs --yes", "--against", "http://127.0.0.1:9", "--rate", "50")]
    [InlineData("at most 2000 connections", "--against", "http://127.0.0.1:9", "--connections", "4000", "--yes")]
    [InlineData("is an even number", "--against", "http://127.0.0.1:9", "--connections", "3")]
    public async Task What_it_does_not_know_is_refused_before_anything_starts(string expected, params string[] words)
    {
        using var run = BenchRun.Start(words);

        Assert.Equal(2, await run.Ended());
        Assert.Contains(expected, run.Told, StringComparison.Ordinal);
        Assert.Empty(run.Text);
    }

    /// <summary>Every figure of a section stands in the text and on the page with the median that the report for programs has.</summary>
    internal static void AssertShown(BenchRun run, JsonElement section)
    {
        var figures = run.Page.Descendants().Where(element => element.Name.LocalName == "figure").ToList();
        foreach (var figure in FiguresOf(section))
        {
            Assert.Contains($"{NameOf(figure)}, {figure.GetProperty("unit").GetString()}", run.Text, StringComparison.Ordinal);
            var shown = Assert.Single(figures, one => CaptionOf(one).StartsWith($"{NameOf(figure)}, {figure.GetProperty("unit").GetString()} ", StringComparison.Ordinal) && GroupOf(one) == figure.GetProperty("group").GetString());
            Assert.Equal(figure.GetProperty("sides").EnumerateArray().Select(side => side.GetProperty("name").GetString()), shown.Descendants().Where(element => element.Attribute("class")?.Value == "name").Select(element => element.Value));
        }
    }

    internal static IEnumerable<JsonElement> FiguresOf(JsonElement section) => section.GetProperty("figures").EnumerateArray();

    internal static string NameOf(JsonElement figure) => figure.GetProperty("name").GetString()!;

    private static string CaptionOf(XElement figure) => figure.Elements().First().Value;

    private static string GroupOf(XElement figure) => figure.Parent!.ElementsBeforeSelf().Last(element => element.Name.LocalName == "h3").Value;
}
