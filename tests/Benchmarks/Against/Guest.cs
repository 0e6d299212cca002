using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using OrleansSocial.Benchmarks.Chat;
using OrleansSocial.Driver;

namespace OrleansSocial.Benchmarks.Against;

/// <summary>The deployment answered what it should not.</summary>
internal sealed class AnswerException(string message) : Exception(message);

/// <summary>One person at a deployment: an account, a session, a live connection. Waits when it is told to.</summary>
internal sealed class Guest : IAsyncDisposable
{
    private const int RegistrationsMax = 20;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_waitMax = TimeSpan.FromSeconds(90);

    private readonly HttpClient _http;
    private readonly Tally _tally;
    private LiveSocket? _socket;
    private long _notBefore;

    private Guest(Uri server, Tally tally) => (_http, _tally) = (new HttpClient { BaseAddress = server, Timeout = s_patience }, tally);

    /// <summary>Who they are.</summary>
    public string User { get; private set; } = "";

    /// <summary>The group that they talk in.</summary>
    public string Room { get; private set; } = "";

    /// <summary>What was acknowledged to them.</summary>
    public int Acknowledged => _acknowledged;

    private int _acknowledged;

    /// <summary>Completes when the live connection is gone.</summary>
    public Task Ended => _socket?.Ended ?? Task.CompletedTask;

    /// <summary>Opens an account; comes again when it is told to.</summary>
    public static async Task<Guest> Register(Uri server, Tally tally, CancellationToken stop)
    {
        var guest = new Guest(server, tally);
        try
        {
            var account = new { handle = $"bench_{RandomNumberGenerator.GetHexString(16, lowercase: true)}", password = RandomNumberGenerator.GetHexString(32), displayName = "Load test" };
            var session = await Patiently(() => guest.Ask(HttpMethod.Post, "/v1/auth/register", account, stop), stop);
            guest.User = session.GetProperty("user").GetString()!;
            guest._http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", session.GetProperty("accessToken").GetString());
            return guest;
        }
        catch
        {
            guest._http.Dispose();
            throw;
        }
    }

    /// <summary>Opens the live connection.</summary>
    public async Task Connect(CancellationToken stop)
    {
        var hub = new UriBuilder(_http.BaseAddress!) { Path = "/v1/live" };
        hub.Scheme = hub.Scheme == "https" ? "wss" : "ws";
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(s_patience);
        _socket = await LiveSocket.Connect(hub.Uri, _http.DefaultRequestHeaders.Authorization!.Parameter, ChatLoad.Hear, patience.Token);
        Value(await _socket.Invoke("Subscribe", patience.Token, [null]));
    }

    /// <summary>Begins a group with another.</summary>
    public async Task Meet(Guest other, CancellationToken stop)
    {
        var group = await Patiently(() => Ask(HttpMethod.Post, "/v1/conversations", new { kind = "group", title = "Load test", members = new[] { other.User } }, stop), stop);
        Room = other.Room = group.GetProperty("id").GetString()!;
    }

    /// <summary>Sends by the live connection; false when a limit holds it back.</summary>
    public Task<bool> SendLive(long intended, CancellationToken stop) => Held(async () =>
    {
        if (_socket!.Ended.IsCompleted) throw new IOException("The connection has ended.");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(s_patience);
        Value(await _socket.Invoke("Send", patience.Token, Room, Key(), ChatLoad.TextOf(intended)));
        Interlocked.Increment(ref _acknowledged);
    });

    /// <summary>Sends by REST; false when a limit holds it back.</summary>
    public Task<bool> SendRest(long intended, CancellationToken stop) => Held(async () =>
    {
        await Ask(HttpMethod.Post, $"/v1/conversations/{Room}/messages", new { clientKey = Key(), text = ChatLoad.TextOf(intended) }, stop);
        Interlocked.Increment(ref _acknowledged);
    });

    /// <summary>Reads the newest messages; false when a limit holds it back.</summary>
    public Task<bool> Read(CancellationToken stop) => Held(() => Ask(HttpMethod.Get, $"/v1/conversations/{Room}/messages?limit=20", null, stop));

    /// <summary>The number of the newest message of the group.</summary>
    public async Task<long> LastNumber(CancellationToken stop)
    {
        var page = await Patiently(() => Ask(HttpMethod.Get, $"/v1/conversations/{Room}/messages?limit=1", null, stop), stop);
        return page.GetProperty("lastSeq").GetInt64();
    }

    /// <summary>Leaves the group and signs out, as far as the deployment still answers; says whether the session is ended.</summary>
    public async Task<bool> Leave()
    {
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            if (Room.Length > 0) await Patiently(() => Ask(HttpMethod.Delete, $"/v1/conversations/{Room}/members/{User}", null, patience.Token), patience.Token);
            await Patiently(() => Ask(HttpMethod.Post, "/v1/auth/logout", null, patience.Token), patience.Token);
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or AnswerException or HeldException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_socket is not null) await _socket.DisposeAsync();
        _http.Dispose();
    }

    private static string Key() => RandomNumberGenerator.GetHexString(24);

    private async Task<bool> Held(Func<Task> call)
    {
        if (Stopwatch.GetTimestamp() < Volatile.Read(ref _notBefore)) return false;
        try
        {
            await call();
            return true;
        }
        catch (HeldException)
        {
            return false;
        }
        catch (Exception e)
        {
            _tally.Failed(e);
            throw;
        }
    }

    /// <summary>Makes a call again when the deployment says that it may be.</summary>
    private static async Task<T> Patiently<T>(Func<Task<T>> call, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (HeldException held) when (attempt < RegistrationsMax && held.For < s_waitMax)
            {
                using var timer = new PeriodicTimer(held.For);
                await timer.WaitForNextTickAsync(stop);
            }
        }
    }

    private async Task<JsonElement> Ask(HttpMethod method, string path, object? body, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await _http.SendAsync(request, stop);
        var text = await response.Content.ReadAsStringAsync(stop);
        if (response.StatusCode == HttpStatusCode.TooManyRequests) throw Hold(response.Headers.RetryAfter?.Delta);
        if (!response.IsSuccessStatusCode) throw new AnswerException($"{method} {path.Split('?')[0]} was answered {(int)response.StatusCode}: {(text.Length > 200 ? text[..200] : text)}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    private void Value(JsonElement answer)
    {
        if (!answer.TryGetProperty("refusal", out var refusal)) return;
        if (refusal.GetProperty("code").GetString() == "rates.too_many")
            throw Hold(refusal.TryGetProperty("retryAfterSeconds", out var seconds) && seconds.ValueKind == JsonValueKind.Number ? TimeSpan.FromSeconds(seconds.GetDouble()) : null);
        throw new AnswerException($"The hub refused: {refusal}");
    }

    /// <summary>Says that nothing more is to be asked before the time is over.</summary>
    private HeldException Hold(TimeSpan? told)
    {
        var wait = TimeSpan.FromSeconds(Math.Max(0.05, (told ?? TimeSpan.FromSeconds(1)).TotalSeconds));
        Volatile.Write(ref _notBefore, Stopwatch.GetTimestamp() + (long)(wait.TotalSeconds * Stopwatch.Frequency));
        _tally.Refused(wait);
        return new(wait);
    }
}

/// <summary>A limit of the deployment is reached; it says how long to wait.</summary>
internal sealed class HeldException(TimeSpan wait) : Exception($"The deployment asks to wait {wait.TotalSeconds:0.#} s.")
{
    /// <summary>How long.</summary>
    public TimeSpan For => wait;
}

/// <summary>What did not go smoothly, over all guests.</summary>
internal sealed class Tally
{
    private readonly Lock _one = new();

    /// <summary>How many answers were 429, or its like from the hub.</summary>
    public int Refusals { get; private set; }

    /// <summary>The longest wait that was asked for.</summary>
    public TimeSpan LongestWait { get; private set; }

    /// <summary>The last failure.</summary>
    public Exception? Last { get; private set; }

    /// <summary>An answer said to come later.</summary>
    public void Refused(TimeSpan wait)
    {
        lock (_one)
        {
            Refusals++;
            if (wait > LongestWait) LongestWait = wait;
        }
    }

    /// <summary>A call failed.</summary>
    public void Failed(Exception fault)
    {
        lock (_one) Last = fault;
    }
}
