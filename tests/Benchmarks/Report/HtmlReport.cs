using System.Globalization;
using System.Net;
using System.Text;

namespace OrleansSocial.Benchmarks.Report;

/// <summary>The report as one page that holds all it needs: no script, no address of anything else. It is well-formed XML too.</summary>
internal static class HtmlReport
{
    /// <summary>Writes it.</summary>
    public static string Write(BenchReport report)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
            <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta name="color-scheme" content="light dark"/>
            <title>OrleansSocial: benchmarks, {report.Began:yyyy-MM-dd}</title>
            <style>{Style()}</style>
            </head>
            <body>
            <header>
            <h1>OrleansSocial, measured</h1>
            <p><code>{Safe(report.Command)}</code><br/>{report.Began:yyyy-MM-dd HH:mm} UTC, {Words.Took(report.Took)}</p>

            """);
        if (report.Short) page.AppendLine("<p class=\"warning\">Short form: it shows that everything runs. Its figures mean nothing.</p>");
        foreach (var fault in report.Faults) page.AppendLine(CultureInfo.InvariantCulture, $"<p class=\"warning\">Failed: {Safe(fault)}</p>");
        page.AppendLine("<details class=\"machine\" open=\"open\"><summary>The machine</summary><dl>");
        foreach (var (name, value) in report.Machine.Facts) page.AppendLine(CultureInfo.InvariantCulture, $"<div><dt>{Safe(name)}</dt><dd>{Safe(value)}</dd></div>");
        page.AppendLine("</dl></details>");
        page.AppendLine("<p class=\"how\">Each figure is the median of its rounds; the smallest and the largest stand in brackets and as the thin line of its bar. “Ours is 2.00×” is the median of the ratios of neighbouring rounds. Green says that ours is the better one, red that it is not.</p>");
        if (report.Sections.Count > 1)
        {
            page.Append("<nav>");
            for (var i = 0; i < report.Sections.Count; i++) page.Append(CultureInfo.InvariantCulture, $"<a href=\"#s{i}\">{Safe(report.Sections[i].Title)}</a> ");
            page.AppendLine("</nav>");
        }

        page.AppendLine("</header><main>");
        for (var i = 0; i < report.Sections.Count; i++) Write(page, report.Sections[i], i);
        page.AppendLine("</main></body></html>");
        return page.ToString();
    }

    /// <summary>A text between tags or in an attribute.</summary>
    public static string Safe(string text) => WebUtility.HtmlEncode(text);

    private static void Write(StringBuilder page, Section section, int number)
    {
        page.AppendLine(CultureInfo.InvariantCulture, $"<section id=\"s{number}\"><h2>{Safe(section.Title)} <code>{Safe(section.Benchmark)}</code></h2><p>{Safe(section.About)}</p>");
        foreach (var note in section.Notes) page.AppendLine(CultureInfo.InvariantCulture, $"<p class=\"note\">{Safe(note)}</p>");
        foreach (var group in section.Figures.GroupBy(figure => figure.Group))
        {
            page.AppendLine(CultureInfo.InvariantCulture, $"<h3>{Safe(group.Key)}</h3><div class=\"figures\">");
            foreach (var figure in group) Write(page, section, figure);
            foreach (var curve in section.Curves.Where(curve => curve.Group == group.Key)) page.AppendLine(Charts.Percentiles(curve, [.. section.Sides]));
            page.AppendLine("</div>");
        }

        page.AppendLine("</section>");
    }

    private static void Write(StringBuilder page, Section section, Figure figure)
    {
        var sides = section.Sides.Select((side, at) => (side, at, spread: figure.Of(side)!)).Where(one => one.spread is not null).ToList();
        var max = sides.Max(one => one.spread.Max);
        page.AppendLine(CultureInfo.InvariantCulture, $"<figure><figcaption><b>{Safe(figure.Name)}</b>, {Safe(figure.Unit)} <small>{Words.Of(figure.Better)}</small></figcaption>");
        foreach (var (side, at, spread) in sides)
        {
            page.Append(CultureInfo.InvariantCulture, $"<div class=\"side c{Math.Min(at, 5)}\"><span class=\"name\">{Safe(side)}</span> <span class=\"value\"><b>{Words.Number(spread.Median)}</b>{Words.Range(spread)}</span>");
            if (sides.Count > 1) page.Append(Charts.Bar(spread, max));
            if (at > 0 && figure.Ratio(section.Subject, side) is { } ratio) page.Append(CultureInfo.InvariantCulture, $" <span class=\"ratio {Judge(figure, ratio)}\">ours is {Words.Ratio(ratio)} of it</span>");
            page.AppendLine("</div>");
        }

        page.AppendLine("</figure>");
    }

    private static string Judge(Figure figure, Spread ratio) => figure.Better == Better.Neither || ratio.Median is > 0.97 and < 1.03 ? "even" : ratio.Median > 1 == (figure.Better == Better.Higher) ? "good" : "bad";

    private static string Style()
    {
        using var file = new StreamReader(typeof(HtmlReport).Assembly.GetManifestResourceStream("report.css")!);
        return file.ReadToEnd();
    }
}
