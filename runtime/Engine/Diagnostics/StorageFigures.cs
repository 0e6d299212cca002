using System.Diagnostics.Metrics;

namespace Orleans.Bundled;

/// <summary>How long one kind of operation on storages takes, and how often it fails.</summary>
internal sealed class StorageFigures(string verb)
{
    private readonly Histogram<double> _latency = Instruments.Milliseconds($"orleans-storage-{verb}-latency");
    private readonly Counter<long> _errors = Instruments.Failures($"orleans-storage-{verb}-errors");

    public static StorageFigures Read { get; } = new("read");

    public static StorageFigures Write { get; } = new("write");

    public static StorageFigures Clear { get; } = new("clear");

    /// <summary>What the operation is called.</summary>
    public string Verb => verb;

    /// <summary>The moment an operation begins; zero when nobody wants to know.</summary>
    public long Begin() => _latency.Enabled ? TimeProvider.System.GetTimestamp() : 0;

    public void End(long began)
    {
        if (began != 0) _latency.Record(TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
    }

    public void Fail() => _errors.Add(1);
}
