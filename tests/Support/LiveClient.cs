using System.Text.Json;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansSocial.Support;

/// <summary>A connection to the hub by the official client, which keeps everything that it hears, in order. It does not come back by itself.</summary>
public sealed class LiveClient : IAsyncDisposable
{
    private readonly HubConnection _hub;
    private readonly Lock _gate = new();
    private readonly List<(string Target, JsonElement Argument)> _heard = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LiveClient(Person person, string query)
    {
        _hub = new HubConnectionBuilder()
            .WithUrl(new Uri(person.Host.Address, $"/v1/live{query}"), o =>
            {
                o.AccessTokenProvider = () => Task.FromResult<string?>(person.Tokens.AccessToken);
                (o.Transports, o.SkipNegotiation) = (HttpTransportType.WebSockets, query.Length > 0);
            })
            .AddJsonProtocol(o => o.PayloadSerializerOptions = SocialJson.Options)
            .WithAutomaticReconnect(new Asked(this))
            .Build();
        foreach (var target in (string[])["event", "position", "reset", "closing"]) _hub.On<JsonElement>(target, argument => Hear(target, argument));
        _hub.Closed += _ =>
        {
            MayReconnect ??= false;
            _ended.TrySetResult();
            return Task.CompletedTask;
        };
    }

    /// <summary>Everything the server called, in order: target and its one argument.</summary>
    public IReadOnlyList<(string Target, JsonElement Argument)> Heard
    {
        get
        {
            lock (_gate) return [.. _heard];
        }
    }

    /// <summary>The events heard, in order.</summary>
    public IEnumerable<JsonElement> Events => Heard.Where(h => h.Target == "event").Select(h => h.Argument);

    /// <summary>The texts of the messages heard, in order.</summary>
    public IEnumerable<string> Texts => Events.Where(e => e.GetProperty("type").GetString() == "message.created").Select(e => e.GetProperty("data").GetProperty("text").GetString()!);

    /// <summary>The positions heard, in order.</summary>
    public IEnumerable<string> Positions => Heard.Where(h => h.Target == "position").Select(h => h.Argument.GetString()!);

    /// <summary>The code with which the server said it would close, or null.</summary>
    public string? ClosingCode => Heard.Where(h => h.Target == "closing").Select(h => h.Argument.GetString()).FirstOrDefault();

    /// <summary>Whether the client would come back by itself, were it allowed to by this test; null while the connection stands.</summary>
    public bool? MayReconnect { get; private set; }

    /// <summary>Completes when the connection is gone.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Connects as this person.</summary>
    /// <param name="person">Who.</param>
    /// <param name="query">What the address carries beside its path; nothing is negotiated then.</param>
    public static async Task<LiveClient> Connect(Person person, string query = "")
    {
        ArgumentNullException.ThrowIfNull(person);
        var client = new LiveClient(person, query);
        await client._hub.StartAsync();
        return client;
    }

    /// <summary>Connects and subscribes until there is nothing more; events of the catch-up count as heard.</summary>
    public static async Task<LiveClient> Subscribed(Person person, string? cursor = null)
    {
        var client = await Connect(person);
        await client.CatchUp(cursor);
        return client;
    }

    /// <summary>Subscribes until there is nothing more. Returns every answer, the last of which holds the cursor.</summary>
    public async Task<IReadOnlyList<JsonElement>> CatchUp(string? cursor)
    {
        var answers = new List<JsonElement>();
        do
        {
            var answer = (await Invoke("Subscribe", cursor)).GetProperty("value");
            answers.Add(answer);
            cursor = answer.GetProperty("cursor").GetString();
            lock (_gate) _heard.AddRange(answer.GetProperty("events").EnumerateArray().Select(e => ("event", e)));
        }
        while (answers[^1].GetProperty("more").GetBoolean());
        return answers;
    }

    /// <summary>Calls the hub and returns its answer: <c>value</c> or <c>refusal</c>.</summary>
    public Task<JsonElement> Invoke(string method, params object?[] arguments)
        => _hub.InvokeCoreAsync<JsonElement>(method, arguments).Soon($"an answer of {method}");

    /// <summary>Calls the hub; the code of its refusal, or null when it accepted.</summary>
    public async Task<string?> RefusalOf(string method, params object?[] arguments) => Code(await Invoke(method, arguments));

    /// <summary>The code of a refusal, or null when the answer is a value.</summary>
    public static string? Code(JsonElement answer)
        => answer.TryGetProperty("refusal", out var refusal) ? refusal.GetProperty("code").GetString() : null;

    /// <summary>Sends a text and returns its number.</summary>
    public async Task<long> Send(Room room, string text, string? key = null)
    {
        var answer = await Invoke("Send", room.Id, key ?? Guid.NewGuid().ToString("N"), text);
        Assert.True(answer.TryGetProperty("value", out var receipt), answer.ToString());
        return receipt.GetProperty("seq").GetInt64();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    private void Hear(string target, JsonElement argument)
    {
        lock (_gate) _heard.Add((target, argument));
    }

    /// <summary>The client asks it when to come back, unless the server forbade that.</summary>
    private sealed class Asked(LiveClient client) : IRetryPolicy
    {
        public TimeSpan? NextRetryDelay(RetryContext retryContext)
        {
            client.MayReconnect = true;
            return null;
        }
    }
}
