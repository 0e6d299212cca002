using System.Globalization;
using System.Text;

namespace OrleansSocial.Benchmarks.Report;

/// <summary>Charts as SVG that stands in the page. Their colours come from the page's style.</summary>
internal static class Charts
{
    private const int Width = 400;
    private const int Height = 230;
    private const int Left = 46;
    private const int Bottom = 34;
    private const int Top = 10;
    private const int Right = 24;

    /// <summary>A bar of the median, with a line from the smallest to the largest.</summary>
    public static string Bar(Spread spread, double max)
    {
        double At(double value) => max <= 0 ? 0 : value / max * 100;
        var range = spread.Min == spread.Max ? "" : Text($"<line x1=\"{At(spread.Min):0.##}\" x2=\"{At(spread.Max):0.##}\" y1=\"4\" y2=\"4\"/>");
        return Text($"<svg class=\"bar\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"ground\" width=\"100\" height=\"8\"/><rect class=\"fill\" width=\"{At(spread.Median):0.##}\" height=\"8\"/>{range}</svg>");
    }

    /// <summary>Which share took how long at most: shares run to the right so that each nine has the same room, times upwards by powers of ten.</summary>
    public static string Percentiles(Curve curve, IReadOnlyList<string> sides)
    {
        var points = curve.Sides.ToDictionary(side => side.Key, side => side.Value.Curve().Where(point => point.Percentile >= 25).ToList());
        var all = points.Values.SelectMany(side => side).Where(point => point.Milliseconds > 0).ToList();
        if (all.Count == 0) return "";
        var nines = Math.Max(2, all.Max(point => Nines(point.Percentile)));
        var (low, high) = (Math.Floor(Math.Log10(all.Min(point => point.Milliseconds))), Math.Ceiling(Math.Log10(all.Max(point => point.Milliseconds))));
        if (high <= low) high = low + 1;
        double X(double percentile) => Left + Nines(percentile) / nines * (Width - Left - Right);
        double Y(double milliseconds) => Height - Bottom - (Math.Log10(Math.Max(milliseconds, 1e-3)) - low) / (high - low) * (Height - Bottom - Top);

        var svg = new StringBuilder();
        svg.Append(Text($"<figure class=\"wide\"><figcaption><b>{HtmlReport.Safe(curve.Name)}</b>, ms <small>by percentile, over all rounds</small></figcaption><svg class=\"curve\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{HtmlReport.Safe(curve.Name)} by percentile\">"));
        for (var power = low; power <= high; power++)
        {
            var y = Y(Math.Pow(10, power));
            svg.Append(Text($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y:0.#}\" y2=\"{y:0.#}\"/><text x=\"{Left - 6}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{Words.Number(Math.Pow(10, power)).Replace(".00", "", StringComparison.Ordinal).Replace(".0", "", StringComparison.Ordinal)}</text>"));
        }

        foreach (var percentile in new[] { 50, 90, 99, 99.9, 99.99, 99.999 }.Where(percentile => Nines(percentile) <= nines + 0.01))
            svg.Append(Text($"<line class=\"grid\" x1=\"{X(percentile):0.#}\" x2=\"{X(percentile):0.#}\" y1=\"{Top}\" y2=\"{Height - Bottom}\"/><text x=\"{X(percentile):0.#}\" y=\"{Height - Bottom + 16}\" text-anchor=\"middle\">{Words.Percentile(percentile)}</text>"));

        for (var at = 0; at < sides.Count; at++)
        {
            if (!points.TryGetValue(sides[at], out var side)) continue;
            svg.Append(Text($"<polyline class=\"c{Math.Min(at, 5)}\" points=\"{string.Join(' ', side.Select(point => Text($"{X(point.Percentile):0.#},{Y(point.Milliseconds):0.#}")))}\"/>"));
        }

        svg.Append("</svg><div class=\"legend\">");
        for (var at = 0; at < sides.Count; at++) if (points.ContainsKey(sides[at])) svg.Append(Text($"<span class=\"c{Math.Min(at, 5)}\"><i></i>{HtmlReport.Safe(sides[at])}</span> "));
        return svg.Append("</div></figure>").ToString();
    }

    private static double Nines(double percentile) => -Math.Log10(1 - (percentile / 100));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
