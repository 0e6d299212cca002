using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using OrleansSocial.Benchmarks.Load;

namespace OrleansSocial.Benchmarks.Chat;

/// <summary>What one stretch of load showed.</summary>
/// <param name="Sent">Messages acknowledged.</param>
/// <param name="Delivered">Messages that reached another connection.</param>
/// <param name="Seconds">How long it took until the last was acknowledged.</param>
/// <param name="DeliverySeconds">How long it took until the last was delivered.</param>
/// <param name="Acks">From the send to the acknowledgement.</param>
/// <param name="Seen">From the send to each other connection.</param>
internal sealed record LoadResult(long Sent, long Delivered, double Seconds, double DeliverySeconds, Latencies Acks, Latencies Seen)
{
    /// <summary>Acknowledged messages per second.</summary>
    public double Rate => Sent / Seconds;
}

/// <summary>One room of the load: who sends to it.</summary>
internal sealed record LoadRoom(string Id, IReadOnlyList<ChatClient> Senders);

/// <summary>Sends texts that carry the moment at which they were, or were to be, sent; whoever receives one tells how long it took.</summary>
internal static class ChatLoad
{
    private const string Text = "How about lunch at the place by the river tomorrow, at noon?";
    private const byte Mark = (byte)'~';
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(250);
    private static long s_delivered;
    private static long s_lastDelivery;
    private static long s_lastKey;
    private static Latencies s_seen = new();

    /// <summary>To be given to every connection: takes in what arrives.</summary>
    public static void Hear(string method, JsonElement arguments)
    {
        if (method != "event") return;
        var raw = JsonMarshal.GetRawUtf8Value(arguments);
        var start = raw.IndexOf(Mark);
        if (start < 0 || raw[(start + 1)..].IndexOf(Mark) is not (> 0 and var length) || !long.TryParse(raw.Slice(start + 1, length), NumberStyles.None, CultureInfo.InvariantCulture, out var sent)) return;
        Interlocked.Increment(ref s_delivered);
        Volatile.Write(ref s_lastDelivery, Stopwatch.GetTimestamp());
        Volatile.Read(ref s_seen).Since(sent);
    }

    /// <summary>A closed loop: every sender of every room has one message under way until the seconds are over.</summary>
    public static Task<LoadResult> Closed(IReadOnlyList<LoadRoom> rooms, double seconds, CancellationToken cancellation) => Measure(async acks =>
    {
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(rooms.SelectMany(room => room.Senders.Select(async sender =>
        {
            while (Stopwatch.GetElapsedTime(started).TotalSeconds < seconds)
            {
                var sent = Stopwatch.GetTimestamp();
                await Send(room.Id, sender, sent, cancellation);
                acks.Since(sent);
            }
        })));
    });

    /// <summary>An open loop: so many messages a second over all rooms, each timed from when it was to be sent.</summary>
    /// <exception cref="InvalidOperationException">The server did not take what was offered.</exception>
    public static Task<LoadResult> Open(IReadOnlyList<LoadRoom> rooms, double rate, double seconds, CancellationToken cancellation) => Measure(async acks =>
    {
        Exception? fault = null;
        var result = await OpenLoop.Run(
            rate,
            seconds,
            async (number, intended) =>
            {
                var room = rooms[(int)(number % rooms.Count)];
                try
                {
                    await Send(room.Id, room.Senders[(int)(number / rooms.Count % room.Senders.Count)], intended, cancellation);
                    return true;
                }
                catch (Exception e)
                {
                    fault = e;
                    throw;
                }
            },
            cancellation);
        if (result.Failed > 0) throw new InvalidOperationException($"{result.Failed} of {result.Offered} messages failed: {fault?.Message ?? "no answer came"}", fault);
        acks.Add(result.Answers);
    });

    /// <summary>From here on what is heard is recorded anew.</summary>
    public static Latencies Listen()
    {
        var seen = new Latencies();
        Volatile.Write(ref s_seen, seen);
        return seen;
    }

    /// <summary>A text that carries this time stamp.</summary>
    public static string TextOf(long at) => string.Create(CultureInfo.InvariantCulture, $"~{at}~ {Text}");

    private static async Task<LoadResult> Measure(Func<Latencies, Task> load)
    {
        var (acks, seen, before) = (new Latencies(), Listen(), Interlocked.Read(ref s_delivered));
        var started = Stopwatch.GetTimestamp();
        Volatile.Write(ref s_lastDelivery, started);
        await load(acks);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await Settled();
        return new(acks.Count, Interlocked.Read(ref s_delivered) - before, seconds, Stopwatch.GetElapsedTime(started, Volatile.Read(ref s_lastDelivery)).TotalSeconds, acks, seen);
    }

    /// <summary>Waits until nothing is heard any more: what is still on its way belongs to this stretch, and must not run into the next.</summary>
    public static async Task Settled()
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var since = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(since) < s_patience && (Stopwatch.GetElapsedTime(since) < s_quiet || Stopwatch.GetElapsedTime(Volatile.Read(ref s_lastDelivery)) < s_quiet))
            await pause.WaitForNextTickAsync();
    }

    /// <summary>Sends one text that carries this time stamp.</summary>
    public static Task Send(string room, ChatClient sender, long at, CancellationToken cancellation) =>
        sender.Send(room, string.Create(CultureInfo.InvariantCulture, $"k{Interlocked.Increment(ref s_lastKey)}"), TextOf(at), cancellation);
}
