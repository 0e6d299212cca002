using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using OrleansSocial.Chat;
using OrleansSocial.Identity;
using OrleansSocial.Postgres;

namespace OrleansSocial.Host;

/// <summary>What the log says of an outage, however many requests meet it.</summary>
public sealed class OutageLogTests : IDisposable
{
    private static readonly NpgsqlException s_away = new("away", new IOException("connection refused"));

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("social-outage-");
    private readonly FakeTimeProvider _clock = new();
    private readonly CapturedLines _lines = new();

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    public async Task An_outage_of_postgresql_is_a_line_a_second_without_stack_traces_and_its_end_is_told(string logs)
    {
        var folder = PostgresFolder.Open(_home.FullName);
        var server = new PostgresServer(folder, new EmbeddedOptions { SharedBuffersMegabytes = 16 });
        server.Make();
        server.Start();
        await server.MakeDatabase(TimeProvider.System, CancellationToken.None);
        try
        {
            await using var silo = SiloRun.Start(_home.FullName, [$"--ConnectionStrings:Postgres={folder.ConnectionString}", $"--Social:Node:Logs={logs}", .. Unlimited()]);
            using var http = new HttpClient { BaseAddress = await silo.Ready() };
            var crowd = await Crowd(http);
            var before = silo.Lines.Count;
            var began = TimeProvider.System.GetTimestamp();

            server.Stop();
            var refused = await Requests(http, crowd, 500);
            server.Start();
            await Eventually(() => Assert.Contains(silo.Lines.Skip(before), line => line.Contains("The outage is over", StringComparison.Ordinal)));

            var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
            var lines = silo.Lines.Skip(before).ToList();
            Assert.True(refused > 400, $"{refused} of 500 requests were told to come again");
            Assert.True(lines.Count <= seconds + 10, $"{lines.Count} lines in {seconds:0} s: {string.Join('\n', lines)}");
            Assert.Single(lines, line => line.Contains("An outage begins", StringComparison.Ordinal));
            Assert.All(lines, line =>
            {
                Assert.DoesNotContain("   at ", line, StringComparison.Ordinal);
                if (logs == "json") Assert.False(JsonDocument.Parse(line).RootElement.TryGetProperty("Exception", out _), line);
            });
        }
        finally
        {
            server.Stop();
        }
    }

    [Fact]
    public void A_second_has_one_line_with_a_count_and_an_example_in_our_own_words()
    {
        using var log = new OutageLog(_lines, _clock);

        for (var i = 0; i < 100; i++)
        {
            Fail(log, ours: false, "Error activating\n   at Orleans.Grain");
            Fail(log, ours: true, "GET /v1/me answers 503");
        }

        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(
            [
                "Warning An outage begins: Error activating: connection refused",
                "Warning The outage goes on, 199 more in a second, such as: GET /v1/me answers 503: connection refused",
            ],
            _lines.Told);
    }

    [Fact]
    public void An_outage_is_over_when_nothing_failed_for_some_seconds_and_the_next_one_begins_anew()
    {
        using var log = new OutageLog(_lines, _clock);
        Fail(log, ours: true, "first");
        _clock.Advance(TimeSpan.FromSeconds(OutageLog.QuietSeconds - 1));
        Fail(log, ours: true, "still");
        for (var i = 0; i < 60; i++) _clock.Advance(TimeSpan.FromSeconds(1));

        Fail(log, ours: true, "again");

        Assert.Equal(
            [
                "Warning An outage begins: first: connection refused",
                "Warning The outage goes on, 1 more in a second, such as: still: connection refused",
                $"Information The outage is over: no fault for {OutageLog.QuietSeconds} s, after 2 of them in 4 s",
                "Warning An outage begins: again: connection refused",
            ],
            _lines.Told);
    }

    [Fact]
    public void A_bug_is_told_so_many_times_a_second_and_then_that_it_was_more()
    {
        var limit = new FaultLimit(_lines, _clock);

        Assert.Equal(FaultLimit.PerSecondMax, Enumerable.Range(0, 500).Count(_ => limit.Admits()));
        Assert.Equal(["Error More than 10 faults in a second; the others of this second are not written"], _lines.Told);

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(limit.Admits());
    }

    [Fact]
    public async Task A_bug_keeps_its_line_and_a_category_that_is_opened_to_debug_keeps_all_of_them()
    {
        await using var host = await SocialHost.Start(configure: builder => builder.Configuration["Logging:LogLevel:Orleans.Open"] = "Debug");
        var log = CapturedLog.Of(host);
        var loggers = (ILoggerFactory)host.Services.GetService(typeof(ILoggerFactory))!;

        foreach (var category in (string[])["Orleans.Grain", "Orleans.Open"])
        {
            var logger = loggers.CreateLogger(category);
            s_told(logger, "away", s_away);
            s_told(logger, "a bug", new InvalidOperationException("a bug"));
        }

        // Whatever goes wrong while two nodes shake hands is told as an outage, without its stack trace.
        s_told(loggers.CreateLogger("Orleans.Connections.Security.TlsClientConnectionMiddleware"), "a handshake", new System.Security.Authentication.AuthenticationException("broken off"));

        Assert.Equal(["Orleans.Grain a bug", "Orleans.Open away", "Orleans.Open a bug"], log.Lines.Where(l => l.Fault is not null).Select(l => $"{l.Category} {l.Text}"));
    }

    public void Dispose() => _home.Delete(recursive: true);

    private static readonly Action<ILogger, string, Exception?> s_told = LoggerMessage.Define<string>(LogLevel.Error, new EventId(1), "{What}");

    private static void Fail(OutageLog log, bool ours, string told) => log.Count(ours, told, s_away, (state, _) => state);

    private static IEnumerable<string> Unlimited() =>
        Rates.All.Keys
            .SelectMany(rate => new[] { $"--Social:RateLimits:{rate}:TokensMax=1000000", $"--Social:RateLimits:{rate}:TokensPerSecond=1000000" })
            .Concat(["--Social:Identity:HashOperations=1", "--Social:Identity:HashMemoryKiB=64", "--Social:Node:Seed=false"]);

    private static async Task<List<(SessionTokens Tokens, ConversationId Room)>> Crowd(HttpClient http)
    {
        var crowd = new List<(SessionTokens, ConversationId)>();
        for (var i = 0; i < 5; i++)
        {
            var handle = $"p{i}_{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
            var tokens = await Person.Read<SessionTokens>(await http.PostAsJsonAsync("/v1/auth/register", new { handle, password = Person.Password }));
            using var answer = await Send(http, HttpMethod.Post, "/v1/conversations", tokens, new { kind = "group", title = "room", members = Array.Empty<Guid>() });
            crowd.Add((tokens, (await Person.Read<ConversationView>(answer)).Id));
        }

        return crowd;
    }

    // Reads and writes of what is in memory and of what is not, of grain state and of stores.
    private static async Task<int> Requests(HttpClient http, List<(SessionTokens Tokens, ConversationId Room)> crowd, int count)
    {
        var refused = 0;
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 10 }, async (i, _) =>
        {
            var (tokens, room) = crowd[i % crowd.Count];
            using var answer = await ((i / crowd.Count % 6) switch
            {
                0 => Send(http, HttpMethod.Post, $"/v1/conversations/{room}/messages", tokens, new { text = "hello", clientKey = $"k{i}" }),
                1 => Send(http, HttpMethod.Get, $"/v1/conversations/{room}/messages", tokens),
                2 => Send(http, HttpMethod.Get, $"/v1/conversations/{Guid.NewGuid()}", tokens),
                3 => Send(http, HttpMethod.Patch, "/v1/me", tokens, new { bio = $"bio {i}" }),
                4 => Send(http, HttpMethod.Post, "/v1/auth/login", tokens, new { handle = $"nobody{i}", password = Person.Password }),
                _ => Send(http, HttpMethod.Get, $"/v1/users/by-handle/nobody{i}", tokens),
            });
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable) Interlocked.Increment(ref refused);
        });
        return refused;
    }

    private static async Task<HttpResponseMessage> Send(HttpClient http, HttpMethod method, string path, SessionTokens tokens, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", tokens.AccessToken) } };
        if (body is not null) request.Content = JsonContent.Create(body, body.GetType(), options: SocialJson.Options);
        return await http.SendAsync(request);
    }

    private sealed class CapturedLines : ILogger
    {
        public List<string> Told { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => Told.Add($"{logLevel} {formatter(state, exception)}");
    }
}
