using System.Globalization;
using System.Text;

namespace OrleansSocial.Benchmarks.Report;

/// <summary>The report for a terminal: a block a figure, ours first, the ratio beside each yardstick.</summary>
internal static class TextReport
{
    /// <summary>Writes it.</summary>
    public static string Write(BenchReport report)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{report.Command}  ·  {report.Began:yyyy-MM-dd HH:mm} UTC, {Words.Took(report.Took)}");
        if (report.Short) text.AppendLine("SHORT FORM: it shows that everything runs. Its figures mean nothing.");
        foreach (var fault in report.Faults) text.AppendLine(CultureInfo.InvariantCulture, $"FAILED: {fault}");
        text.AppendLine().AppendLine("Machine");
        foreach (var (name, value) in report.Machine.Facts) text.AppendLine(CultureInfo.InvariantCulture, $"  {name,-34} {value}");

        foreach (var section in report.Sections)
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"{section.Benchmark}: {section.Title}").AppendLine(CultureInfo.InvariantCulture, $"  {section.About}");
            foreach (var group in section.Figures.GroupBy(figure => figure.Group)) Group(text, section, group);
            foreach (var note in section.Notes) text.AppendLine(CultureInfo.InvariantCulture, $"  note: {note}");
        }

        return text.ToString();
    }

    private static void Group(StringBuilder text, Section section, IGrouping<string, Figure> group)
    {
        text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"  {group.Key}");
        foreach (var figure in group)
        {
            var sides = section.Sides.Where(side => figure.Of(side) is not null).ToList();
            if (sides is [var only] && only == section.Subject)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"    {figure.Name + ", " + figure.Unit,-50} {Words.Of(figure.Of(only)!)}");
                continue;
            }

            text.AppendLine(CultureInfo.InvariantCulture, $"    {figure.Name}, {figure.Unit} ({Words.Of(figure.Better)})");
            foreach (var side in sides)
            {
                var ratio = side == section.Subject ? null : figure.Ratio(section.Subject, side);
                text.AppendLine($"      {side,-34} {Words.Of(figure.Of(side)!),-34} {(ratio is null ? "" : $"ours is {Words.Ratio(ratio)} of it")}".TrimEnd());
            }
        }
    }
}
