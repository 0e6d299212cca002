using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace OrleansSocial.Chat;

/// <summary>Whether texts are taken, and how soon whoever sends one hears of it: over every door, and with whatever the call waits for on its way.</summary>
internal static class SendMetrics
{
    private static readonly Meter s_meter = new("OrleansSocial.Chat");
    private static readonly Histogram<double> s_durations = s_meter.CreateHistogram(
        "social.sends.duration", "s", "How long a text took from this node to its receipt or refusal, by its code; \"accepted\" where it is durable, \"fault\" where there was no answer.", tags: null, Buckets.Seconds);

    /// <summary>Waits for the answer to a text, and counts it.</summary>
    public static async Task<Outcome<MessageReceipt>> Measure(Task<Outcome<MessageReceipt>> send)
    {
        var (start, code) = (Stopwatch.GetTimestamp(), "fault");
        try
        {
            var outcome = await send;
            code = outcome.TryGet(out _, out var refusal) ? "accepted" : refusal.Code;
            return outcome;
        }
        finally
        {
            s_durations.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, new KeyValuePair<string, object?>("code", code));
        }
    }
}
