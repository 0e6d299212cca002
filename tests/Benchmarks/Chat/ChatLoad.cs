using System.Diagnostics;
using OrleansSocial.Driver;

namespace OrleansSocial.Benchmarks;

/// <summary>What one stretch of load showed.</summary>
/// <param name="Sent">Messages acknowledged.</param>
/// <param name="Delivered">Messages that reached another connection.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="AckMilliseconds">Times from send to acknowledgement, ascending.</param>
internal sealed record LoadResult(long Sent, long Delivered, double Seconds, IReadOnlyList<double> AckMilliseconds)
{
    /// <summary>Acknowledged messages per second.</summary>
    public double Rate => Sent / Seconds;

    /// <summary>The time that this share of acknowledgements took at most.</summary>
    public double Quantile(double share) => AckMilliseconds.Count == 0 ? 0 : AckMilliseconds[(int)((AckMilliseconds.Count - 1) * share)];
}

/// <summary>One room of the load: who sends, and who hears.</summary>
internal sealed record LoadRoom(string Id, IReadOnlyList<LiveSocket> Senders);

/// <summary>A closed loop: each sender has one message in flight until the time is over.</summary>
internal static class ChatLoad
{
    private static long s_delivered;
    private static long s_lastKey;

    /// <summary>To be given to every connection: counts what arrives.</summary>
    public static void Count(string method, System.Text.Json.JsonElement arguments)
    {
        if (method == "event") Interlocked.Increment(ref s_delivered);
    }

    /// <summary>Sends from every sender of every room until <paramref name="seconds"/> are over.</summary>
    public static async Task<LoadResult> Run(IReadOnlyList<LoadRoom> rooms, double seconds, string text, CancellationToken cancellation)
    {
        var delivered = Interlocked.Read(ref s_delivered);
        var started = Stopwatch.GetTimestamp();
        var loops = rooms.SelectMany(room => room.Senders.Select(sender => Send(room.Id, sender, started, seconds, text, cancellation))).ToList();
        var times = await Task.WhenAll(loops);
        var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var all = times.SelectMany(t => t).ToArray();
        Array.Sort(all);
        return new LoadResult(all.Length, Interlocked.Read(ref s_delivered) - delivered, elapsed, all);
    }

    private static async Task<List<double>> Send(string room, LiveSocket sender, long started, double seconds, string text, CancellationToken cancellation)
    {
        var times = new List<double>();
        while (Stopwatch.GetElapsedTime(started).TotalSeconds < seconds)
        {
            var sent = Stopwatch.GetTimestamp();
            var answer = await sender.Invoke("Send", cancellation, room, $"k{Interlocked.Increment(ref s_lastKey)}", text);
            if (answer.TryGetProperty("refusal", out var refusal)) throw new InvalidOperationException($"Refused under load: {refusal}");
            times.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
        }

        return times;
    }
}
