using System.Collections.Concurrent;
using System.Text.Json;
using OrleansSocial.Driver;
using OrleansSocial.Verify;

namespace OrleansSocial.Crash;

/// <summary>One person who sends and follows as a real client does: the same key until there is a receipt, the cursor after each loss.</summary>
internal sealed class CrashClient(ApiClient api, Uri hub, ClientLog log, IReadOnlyList<Guid> rooms) : IDisposable
{
    private static readonly TimeSpan s_answerWithin = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<Guid, ConcurrentDictionary<long, bool>> _seen = new();
    private volatile LiveSocket? _live;
    private string? _cursor;
    private long _acknowledged;

    /// <summary>How many receipts it holds.</summary>
    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    /// <summary>How many connections it lost and made anew.</summary>
    public int Reconnects { get; private set; }

    /// <summary>The most often that one message had to be sent again.</summary>
    public int RepeatsMax { get; private set; }

    /// <summary>How many entries of a conversation it has seen.</summary>
    public int SeenIn(Guid room) => _seen.TryGetValue(room, out var seen) ? seen.Count : 0;

    /// <summary>The conversations that it is in.</summary>
    public IReadOnlyList<Guid> Rooms => rooms;

    private Guid Me => Guid.Parse(api.User);

    /// <summary>Connects, catches up from the cursor, listens until the connection is lost, and begins again, until cancelled.</summary>
    public async Task Follow(CancellationToken stop)
    {
        foreach (var room in rooms) log.Write(new("member", Me, room));
        for (var tries = 0; !stop.IsCancellationRequested; tries++)
        {
            try
            {
                await using var live = await LiveSocket.Connect(hub, api.AccessToken, Hear, stop);
                await CatchUp(live, stop);
                (_live, tries) = (live, 0);
                await live.Ended.WaitAsync(stop);
            }
            catch (Exception e) when (IsLoss(e, stop))
            {
                // The process or its database is down at this moment; the next try resumes from the cursor.
            }

            _live = null;
            Reconnects++;
            await Backoff.After(tries, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Sends messages, one after the other with a breath between, each under its own key until it has its receipt. Stops between two messages.</summary>
    public async Task SendAll(CancellationToken stop, CancellationToken giveUp)
    {
        // Each begins with another room: in step, all of them would be in few rooms at a time.
        var first = Convert.ToInt32(api.User[^4..], 16);
        for (var i = 0; !stop.IsCancellationRequested && !giveUp.IsCancellationRequested; i++)
        {
            await SendOne(rooms[(first + i) % rooms.Count], $"k{i}", $"{api.User[^4..]} says {i} \U0001F600 שלום", giveUp);
            await Backoff.After(1, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>A conversation as its grain holds it, in the line of <see cref="Verify.Database.ReadRooms"/>.</summary>
    public async Task<string> Held(Guid room, CancellationToken stop)
    {
        var view = await Backoff.Patiently(() => api.Must(HttpMethod.Get, $"/v1/conversations/{room}", null, stop), stop);
        var members = view.GetProperty("members").EnumerateArray().OrderBy(member => member.GetProperty("user").GetString(), StringComparer.Ordinal)
            .Select(member => $", {member.GetProperty("user")} {member.GetProperty("joinedSeq")} {member.GetProperty("readSeq")}");
        return view.GetProperty("lastSeq") + string.Concat(members);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        api.Dispose();
        log.Dispose();
    }

    private async Task SendOne(Guid room, string key, string text, CancellationToken stop)
    {
        log.Write(new("attempt", Me, room, key, 0, text));
        var sent = 0;
        for (var tries = 0; !stop.IsCancellationRequested; tries++)
        {
            try
            {
                var live = _live;
                if (live is not null) RepeatsMax = Math.Max(RepeatsMax, sent++);
                if (live is not null && await Answer(live, room, key, text, stop) is { } seq)
                {
                    log.Write(new("ack", Me, room, key, seq, text));
                    Saw(room, seq, key, text, Me);
                    Interlocked.Increment(ref _acknowledged);
                    return;
                }
            }
            catch (Exception e) when (IsLoss(e, stop))
            {
                // Not known whether it was stored: the same key again tells.
            }

            await Backoff.After(tries, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The number of the receipt; null when the server asks to try again.</summary>
    private static async Task<long?> Answer(LiveSocket live, Guid room, string key, string text, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(s_answerWithin);
        var answer = await live.Invoke("Send", patience.Token, room, key, text);
        if (answer.TryGetProperty("value", out var receipt)) return receipt.GetProperty("seq").GetInt64();
        var refusal = answer.GetProperty("refusal");
        return refusal.TryGetProperty("retryAfterSeconds", out _) ? null : throw new InvalidOperationException($"Refused for good: {refusal}");
    }

    private async Task CatchUp(LiveSocket live, CancellationToken stop)
    {
        while (true)
        {
            var answer = await live.Invoke("Subscribe", stop, _cursor);
            if (!answer.TryGetProperty("value", out var page)) throw new IOException($"Subscribe was refused: {answer}");
            foreach (var happened in page.GetProperty("events").EnumerateArray()) Take(happened);
            if (page.GetProperty("reset").GetBoolean()) await ReadAll(stop);
            _cursor = page.GetProperty("cursor").GetString();
            if (!page.GetProperty("more").GetBoolean()) return;
        }
    }

    /// <summary>What a client does when its cursor is of no use: read the lists anew.</summary>
    private async Task ReadAll(CancellationToken stop)
    {
        foreach (var room in rooms)
        {
            long after = 0;
            JsonElement page;
            do
            {
                page = await api.Must(HttpMethod.Get, $"/v1/conversations/{room}/messages?after={after}&limit=100", null, stop);
                foreach (var entry in page.GetProperty("entries").EnumerateArray())
                {
                    SawEntry(entry);
                    after = entry.GetProperty("seq").GetInt64();
                }
            }
            while (page.GetProperty("hasAfter").GetBoolean());
        }
    }

    private void Hear(string method, JsonElement arguments)
    {
        if (method == "event") Take(arguments[0]);
        else if (method == "position") _cursor = arguments[0].GetString();
    }

    private void Take(JsonElement happened)
    {
        if (happened.GetProperty("type").GetString() is "message.created" or "message.changed") SawEntry(happened.GetProperty("data"));
    }

    private void SawEntry(JsonElement entry) => Saw(
        entry.GetProperty("conversation").GetGuid(),
        entry.GetProperty("seq").GetInt64(),
        entry.TryGetProperty("clientKey", out var key) ? key.GetString() : null,
        entry.GetProperty("text").GetString()!,
        entry.GetProperty("sender").GetGuid());

    private void Saw(Guid room, long seq, string? key, string text, Guid sender)
    {
        if (_seen.GetOrAdd(room, _ => new()).TryAdd(seq, true)) log.Write(new("seen", Me, room, key, seq, text, sender));
    }

    /// <summary>Whether the server was away, and not the client wrong.</summary>
    private static bool IsLoss(Exception e, CancellationToken stop) =>
        e is IOException or System.Net.WebSockets.WebSocketException or TimeoutException or HubFailedException
        || e is HttpRequestException { StatusCode: null or >= System.Net.HttpStatusCode.InternalServerError }
        || (e is OperationCanceledException && (stop.IsCancellationRequested || e is TaskCanceledException));
}
