using System.Diagnostics;
using HdrHistogram;

namespace OrleansSocial.Benchmarks.Load;

/// <summary>How long things took, counted in a histogram of three significant digits, in which many may record at once.</summary>
internal sealed class Latencies
{
    private const long MicrosMax = 3_600_000_000;
    private static readonly double[] s_percentiles = [0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 99.999];

    private readonly HistogramBase _micros = HistogramFactory.With64BitBucketSize().WithValuesUpTo(MicrosMax).WithPrecisionOf(3).WithThreadSafeWrites().Create();

    /// <summary>How many were recorded.</summary>
    public long Count => _micros.TotalCount;

    /// <summary>Records what began at this time stamp and ends now.</summary>
    public void Since(long began) => Record(Stopwatch.GetElapsedTime(began));

    /// <summary>Records how long something took.</summary>
    public void Record(TimeSpan took) => _micros.RecordValue(Math.Clamp((long)took.TotalMicroseconds, 1, MicrosMax));

    /// <summary>Adds all of another.</summary>
    public void Add(Latencies other) => _micros.Add(other._micros);

    /// <summary>The milliseconds that so many of a hundred took at most; 0 when there are none.</summary>
    public double Percentile(double percentile) => Count == 0 ? 0 : _micros.GetValueAtPercentile(percentile) / 1000d;

    /// <summary>The longest of all in milliseconds.</summary>
    public double Max => Percentile(100);

    /// <summary>Percentiles with their milliseconds, as far as there are enough values to tell one.</summary>
    public IReadOnlyList<(double Percentile, double Milliseconds)> Curve() =>
        [.. s_percentiles.Where(percentile => Count * (100 - percentile) >= 100 || percentile <= 50).Select(percentile => (percentile, Percentile(percentile)))];
}
