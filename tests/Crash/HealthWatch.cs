using System.Globalization;
using System.Net;
using System.Text.Json;

namespace OrleansSocial.Crash;

/// <summary>Asks one node for its health again and again, from now on, and remembers what it answered.</summary>
internal sealed class HealthWatch : IAsyncDisposable
{
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(50);

    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2) }) { Timeout = TimeSpan.FromSeconds(5) };
    private readonly CancellationTokenSource _stop = new();
    private readonly long _since = TimeProvider.System.GetTimestamp();
    private readonly List<HealthAnswer> _answers = [];
    private readonly Uri _health;
    private readonly Task _asking;

    public HealthWatch(Uri node)
    {
        _health = new Uri(node, "/health/ready");
        _asking = Ask();
    }

    /// <summary>The time since the watch began.</summary>
    public TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(_since);

    /// <summary>Every answer so far, in order.</summary>
    public IReadOnlyList<HealthAnswer> Answers
    {
        get
        {
            lock (_answers) return [.. _answers];
        }
    }

    /// <summary>What it answered, in short: each stretch of the same answers once.</summary>
    public string Story => string.Join(", ", Answers.Aggregate(new List<HealthAnswer>(), (told, answer) =>
    {
        if (told.Count == 0 || told[^1].What != answer.What) told.Add(answer);
        return told;
    }).Select(answer => string.Create(CultureInfo.InvariantCulture, $"{answer.What} from {answer.Asked.TotalSeconds:0.0} s")));

    /// <summary>Waits until an answer fulfils a condition.</summary>
    public async Task<HealthAnswer> First(Func<HealthAnswer, bool> condition, TimeSpan within)
    {
        using var timer = new PeriodicTimer(s_period);
        for (var end = Elapsed + within; Elapsed < end; await timer.WaitForNextTickAsync())
        {
            if (Answers.FirstOrDefault(condition) is { } found) return found;
        }

        throw new Xunit.Sdk.XunitException($"What was waited for did not come within {within}. The node answered: {Story}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _asking;
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task Ask()
    {
        using var timer = new PeriodicTimer(s_period);
        do
        {
            var asked = Elapsed;
            var (status, reason) = await Once();
            lock (_answers) _answers.Add(new(asked, Elapsed - asked, status, reason));
        }
        while (await timer.Next(_stop.Token));
    }

    private async Task<(HttpStatusCode? Status, string? Reason)> Once()
    {
        try
        {
            using var answer = await _http.GetAsync(_health, _stop.Token);
            var body = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(_stop.Token));
            return (answer.StatusCode, body.TryGetProperty("reason", out var reason) ? reason.GetString() : null);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return (null, e is OperationCanceledException ? "no answer" : "nobody listens");
        }
    }
}

/// <summary>What a node answered when it was asked for its health.</summary>
/// <param name="Asked">When, counted from the begin of the watch.</param>
/// <param name="Took">How long the answer took.</param>
/// <param name="Status">The status; null: there was no answer.</param>
/// <param name="Reason">Why it is not ready.</param>
internal sealed record HealthAnswer(TimeSpan Asked, TimeSpan Took, HttpStatusCode? Status, string? Reason)
{
    /// <summary>Whether the node wants requests.</summary>
    public bool IsReady => Status == HttpStatusCode.OK;

    /// <summary>The answer in a word.</summary>
    public string What => IsReady ? "ready" : Reason ?? "not ready";
}
