using System.Text.Json;

namespace OrleansSocial.Benchmarks.Report;

/// <summary>The report for programs: every value of every round, with what is made of them.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions s_form = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes it.</summary>
    public static string Write(BenchReport report) => JsonSerializer.Serialize(
        new
        {
            report.Command,
            report.Began,
            Seconds = report.Took.TotalSeconds,
            report.Short,
            report.Faults,
            Machine = report.Machine.Facts.ToDictionary(fact => fact.Name, fact => fact.Value),
            Sections = report.Sections.Select(section => new
            {
                section.Benchmark,
                section.Title,
                section.About,
                section.Subject,
                section.Yardsticks,
                Figures = section.Figures.Select(figure => new
                {
                    figure.Group,
                    figure.Name,
                    figure.Unit,
                    Better = figure.Better switch { Better.Higher => "higher", Better.Lower => "lower", _ => null },
                    Sides = section.Sides.Where(side => figure.Of(side) is not null).Select(side => new
                    {
                        Name = side,
                        Spread = figure.Of(side),
                        Rounds = figure.Rounds(side),
                        SubjectOfIt = side == section.Subject ? null : figure.Ratio(section.Subject, side),
                    }),
                }),
                Curves = section.Curves.Select(curve => new
                {
                    curve.Group,
                    curve.Name,
                    Sides = curve.Sides.Select(side => new { Name = side.Key, side.Value.Count, Points = side.Value.Curve().Select(point => new { point.Percentile, point.Milliseconds }) }),
                }),
                section.Notes,
            }),
        },
        s_form);
}
