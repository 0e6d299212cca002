using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using OrleansSocial.Driver;
using OrleansSocial.Verify;

namespace OrleansSocial.Crash;

/// <summary>One person who writes into many conversations at once over REST, and measures how long each of them stays silent.</summary>
internal sealed class RoomProbe : IAsyncDisposable
{
    // Longer than any server may keep a client waiting: a request that is given up counts as failed.
    private static readonly TimeSpan s_answerWithin = TimeSpan.FromSeconds(12);

    // Answers come several times a second: a conversation that is silent for longer has noticed something.
    private static readonly TimeSpan s_notice = TimeSpan.FromSeconds(1);

    private readonly ApiClient _api;
    private readonly ClientLog _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Guid, long> _answeredAt = new();
    private readonly ConcurrentDictionary<Guid, TimeSpan> _longest = new();
    private readonly ConcurrentDictionary<Guid, int> _failures = new();
    private readonly List<Task> _writing;

    private RoomProbe(ApiClient api, ClientLog log, IReadOnlyList<Guid> rooms)
    {
        (_api, _log, Rooms) = (api, log, rooms);
        _writing = [.. rooms.Select(Write)];
    }

    /// <summary>The conversations.</summary>
    public IReadOnlyList<Guid> Rooms { get; }

    /// <summary>The most failed attempts of one message since <see cref="Mark"/>.</summary>
    public int FailuresMax => _failures.Values.DefaultIfEmpty().Max();

    /// <summary>Signs in at the address and begins to write into new conversations.</summary>
    public static async Task<RoomProbe> Start(Uri address, string logs, int rooms, CancellationToken giveUp)
    {
        var api = new ApiClient(address);
        await Backoff.Patiently(() => api.SignIn("probe", Crowd.Password, giveUp), giveUp);
        var ids = await Task.WhenAll(Enumerable.Range(0, rooms).Select(async r =>
            Guid.Parse(await Backoff.Patiently(() => api.Conversation($"Probe {r}", [], giveUp), giveUp))));
        return new(api, new ClientLog(Path.Combine(logs, "probe.jsonl")), ids);
    }

    /// <summary>Forgets what was measured so far.</summary>
    public void Mark()
    {
        _longest.Clear();
        _failures.Clear();
    }

    /// <summary>Whether every conversation has been answered since a moment.</summary>
    public bool AllAnsweredSince(long moment) => Rooms.All(room => _answeredAt.GetValueOrDefault(room) > moment);

    /// <summary>The longest time between two answers of each conversation since <see cref="Mark"/>: of those alone that failed, or were silent for long.</summary>
    public IReadOnlyList<TimeSpan> Silences() => [.. _longest.Where(room => room.Value > s_notice || _failures.ContainsKey(room.Key)).Select(room => room.Value).Order()];

    /// <summary>Stops writing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync();
        await Task.WhenAll(_writing);
        _api.Dispose();
        _log.Dispose();
        _stop.Dispose();
    }

    private async Task Write(Guid room)
    {
        var me = Guid.Parse(_api.User);
        for (var i = 0; !_stop.IsCancellationRequested; i++)
        {
            var (key, text) = ($"p{i}", $"probe {i}");
            _log.Write(new("attempt", me, room, key, 0, text));
            for (var tries = 0; !_stop.IsCancellationRequested; tries++)
            {
                if (await Send(room, key, text) is { } seq)
                {
                    _log.Write(new("ack", me, room, key, seq, text));
                    Answered(room);
                    break;
                }

                var failed = tries + 1;
                _failures.AddOrUpdate(room, failed, (_, most) => Math.Max(most, failed));
                await Backoff.After(Math.Min(tries, 2), _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await Backoff.After(3, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<long?> Send(Guid room, string key, string text)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        patience.CancelAfter(s_answerWithin);
        try
        {
            using var answer = await _api.Send(HttpMethod.Post, $"/v1/conversations/{room}/messages", new { clientKey = key, text }, patience.Token);
            var body = await answer.Content.ReadAsStringAsync(patience.Token);
            if (answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created) return JsonSerializer.Deserialize<JsonElement>(body).GetProperty("seq").GetInt64();
            return answer.StatusCode >= HttpStatusCode.InternalServerError ? null : throw new InvalidOperationException($"Refused for good: {(int)answer.StatusCode} {body}");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            return null;
        }
    }

    private void Answered(Guid room)
    {
        var now = TimeProvider.System.GetTimestamp();
        if (_answeredAt.TryGetValue(room, out var before))
        {
            var silence = TimeProvider.System.GetElapsedTime(before, now);
            _longest.AddOrUpdate(room, silence, (_, longest) => silence > longest ? silence : longest);
        }

        _answeredAt[room] = now;
    }
}
