using System.Diagnostics.Metrics;

namespace OrleansSocial.Kernel;

/// <summary>Where the buckets of histograms end.</summary>
public static class Buckets
{
    /// <summary>From a millisecond to half a minute, in seconds.</summary>
    public static InstrumentAdvice<double> Seconds { get; } =
        new() { HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30] };

    /// <summary>From one thing to a thousand.</summary>
    public static InstrumentAdvice<int> Counts { get; } = new() { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] };
}
