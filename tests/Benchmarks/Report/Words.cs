using System.Globalization;

namespace OrleansSocial.Benchmarks.Report;

/// <summary>Numbers as people read them.</summary>
internal static class Words
{
    /// <summary>A number with three significant digits, or whole.</summary>
    public static string Number(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 1000 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    /// <summary>The median, with the smallest and the largest where they differ.</summary>
    public static string Of(Spread spread) => Number(spread.Median) + Range(spread);

    /// <summary>The smallest and the largest in brackets; nothing where there is one value only.</summary>
    public static string Range(Spread spread) => spread.Min == spread.Max ? "" : $" ({Number(spread.Min)} to {Number(spread.Max)})";

    /// <summary>Ours in terms of a yardstick, such as <c>1.74×</c>.</summary>
    public static string Ratio(Spread ratio) =>
        ratio.Median.ToString("0.00", CultureInfo.InvariantCulture) + "×" + (ratio.Min == ratio.Max ? "" : string.Create(CultureInfo.InvariantCulture, $" ({ratio.Min:0.00} to {ratio.Max:0.00})"));

    /// <summary>What one wants of a figure.</summary>
    public static string Of(Better better) => better switch { Better.Higher => "more is better", Better.Lower => "less is better", _ => "as it was" };

    /// <summary>A span of time.</summary>
    public static string Took(TimeSpan span) => span.TotalMinutes < 1
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(span.TotalMinutes):0} min {span.Seconds:00} s");

    /// <summary>A percentile without needless digits.</summary>
    public static string Percentile(double percentile) => "p" + percentile.ToString("0.###", CultureInfo.InvariantCulture);
}
