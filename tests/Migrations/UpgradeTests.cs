using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OrleansSocial.Identity;
using Support;

namespace OrleansSocial.Migrations;

/// <summary>A database that an earlier version left behind opens, keeps every byte, and people go on where they were.</summary>
public sealed class UpgradeTests
{
    private static readonly string s_dumps = Path.Combine(Architecture.Repository.Root, "tests/Migrations/Dumps");
    private static readonly string[] s_tables = ["conversations", "members", "messages", "ended_sessions", "orleansstorage", "orleansreminderstable"];

    [Fact]
    public async Task What_the_version_before_left_behind_when_it_was_killed_is_there_byte_for_byte()
    {
        var left = await Left.Restore("0012");
        var columns = await Columns(left.Postgres);
        var before = await Rows(left.Postgres, columns);

        await using (var host = await Open(left))
        {
            var alice = await SignIn(host, left, "alice");
            Assert.Equal("Walks on Saturdays. שבת שלום", (await Get(alice, "/v1/me")).GetProperty("bio").GetString());
            Assert.Equal(
                [
                    "a1: Shall we meet at noon?", "b1: Yes, at the old station. \U0001F600", "a2: ", "b2: שלום, see you", "a3: Written after the restart",
                    "b3: The last word before the machine died",
                ],
                await Texts(alice, left.Direct));
            Assert.Equal(["g1: word one", "g2: word 2", "g3: word 3", "g4: word 4", "g5: word 5"], await Texts(alice, left.Group));
        }

        var after = await Rows(left.Postgres, columns);
        Assert.All(s_tables.Except(["ended_sessions"]), table => Assert.Empty(before[table].Except(after[table])));
        Assert.All(s_tables.Except(["orleansstorage", "ended_sessions"]), table => Assert.Equal(before[table], after[table]));

        // These are swept each minute, once their last token has ended by itself.
        Assert.Empty(after["ended_sessions"].Except(before["ended_sessions"]));
    }

    [Fact]
    public async Task People_of_the_version_before_go_on_with_their_sessions_keys_and_cursors()
    {
        var left = await Left.Restore("0012");
        await using var host = await Open(left);
        var bob = await Resume(host, left, "bob");
        var alice = await SignIn(host, left, "alice");

        // The same key gives the same receipt, and what is new goes on with the next number.
        var repeated = await Post(bob, $"/v1/conversations/{left.Direct}/messages", new { clientKey = "b3", text = "The last word before the machine died" });
        var sent = await Post(alice, $"/v1/conversations/{left.Direct}/messages", new { clientKey = "a4", text = "And on" });
        Assert.Equal(6, repeated.GetProperty("seq").GetInt64());
        Assert.Equal(7, sent.GetProperty("seq").GetInt64());

        // A cursor of another history may be answered by "read everything anew", but never by nothing.
        var missed = await Get(bob, $"/v1/events?cursor={left.Cursor("bob")}");
        if (!missed.GetProperty("reset").GetBoolean())
            Assert.Contains(missed.GetProperty("events").EnumerateArray(), e => Text(e) == "Written after the restart");

        // From the new cursor on everything comes.
        var cursor = missed.GetProperty("cursor").GetString();
        await Post(alice, $"/v1/conversations/{left.Direct}/messages", new { clientKey = "a5", text = "And on again" });
        await Eventually(async () => Assert.Contains((await Get(bob, $"/v1/events?cursor={cursor}")).GetProperty("events").EnumerateArray(), e => Text(e) == "And on again"));
    }

    // With the usual cost of a password's hash: one that was hashed at another is hashed anew when its owner signs in.
    private static Task<SocialHost> Open(Left left) => SocialHost.Start(left.Postgres, builder =>
    {
        var usual = new IdentityOptions();
        builder.Configuration["Social:Identity:HashOperations"] = $"{usual.HashOperations}";
        builder.Configuration["Social:Identity:HashMemoryKiB"] = $"{usual.HashMemoryKiB}";
        builder.Services.AddSingleton<TimeProvider>(new DayAfter(left.At));
    });

    private static async Task<HttpClient> SignIn(SocialHost host, Left left, string handle) =>
        As(host, await Person.Read<SessionTokens>(await host.Http.PostAsJsonAsync("/v1/auth/login", new { handle, password = left.Password })));

    private static async Task<HttpClient> Resume(SocialHost host, Left left, string handle) =>
        As(host, await Person.Read<SessionTokens>(await host.Http.PostAsJsonAsync("/v1/auth/refresh", new { refreshToken = left.RefreshToken(handle) })));

    private static HttpClient As(SocialHost host, SessionTokens tokens)
    {
        var client = new HttpClient { BaseAddress = host.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.AccessToken);
        return client;
    }

    private static async Task<JsonElement> Get(HttpClient person, string path) => await Person.Read<JsonElement>(await person.GetAsync(new Uri(path, UriKind.Relative)));

    private static async Task<JsonElement> Post(HttpClient person, string path, object body) => await Person.Read<JsonElement>(await person.PostAsJsonAsync(path, body));

    private static async Task<List<string>> Texts(HttpClient person, string room) =>
    [
        .. (await Get(person, $"/v1/conversations/{room}/messages?limit=100")).GetProperty("entries").EnumerateArray()
            .Where(entry => entry.GetProperty("kind").GetString() == "text")
            .Select(entry => $"{entry.GetProperty("clientKey").GetString()}: {entry.GetProperty("text").GetString()}"),
    ];

    private static string? Text(JsonElement happened) =>
        happened.GetProperty("data").TryGetProperty("text", out var text) ? text.GetString() : null;

    /// <summary>Every row of every table that people's things are in, as PostgreSQL writes it.</summary>
    /// <summary>The columns that tables have now; later versions may add some.</summary>
    private static async Task<Dictionary<string, string>> Columns(string postgres)
    {
        await using var source = NpgsqlDataSource.Create(postgres);
        var columns = new Dictionary<string, string>();
        foreach (var table in s_tables)
        {
            await using var command = source.CreateCommand($"SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped");
            columns[table] = (string)(await command.ExecuteScalarAsync())!;
        }

        return columns;
    }

    private static async Task<Dictionary<string, List<string>>> Rows(string postgres, Dictionary<string, string> columns)
    {
        await using var source = NpgsqlDataSource.Create(postgres);
        var rows = new Dictionary<string, List<string>>();
        foreach (var table in s_tables)
        {
            await using var command = source.CreateCommand($"SELECT ROW({columns[table]})::text FROM {table} ORDER BY 1");
            await using var reader = await command.ExecuteReaderAsync();
            rows[table] = [];
            while (await reader.ReadAsync()) rows[table].Add(reader.GetString(0));
        }

        Assert.NotEmpty(rows["messages"]);
        return rows;
    }

    /// <summary>What a version left behind: its database, and what its people know.</summary>
    private sealed record Left(string Postgres, DateTimeOffset At, JsonElement Known)
    {
        public string Password => Known.GetProperty("password").GetString()!;

        public string Direct => Known.GetProperty("direct").GetString()!;

        public string Group => Known.GetProperty("group").GetString()!;

        /// <summary>Restores the dump into a database of its own.</summary>
        public static async Task<Left> Restore(string version)
        {
            var postgres = await TestServer.EmptyDatabase();
            await PrivatePostgres.Execute(postgres, await File.ReadAllTextAsync(Path.Combine(s_dumps, $"{version}.sql")));
            var known = JsonSerializer.Deserialize<JsonElement>(await File.ReadAllTextAsync(Path.Combine(s_dumps, $"{version}.json")));
            return new(postgres, known.GetProperty("at").GetDateTimeOffset(), known);
        }

        public string RefreshToken(string handle) => Known.GetProperty("people").GetProperty(handle).GetProperty("refreshToken").GetString()!;

        public string Cursor(string handle) => Known.GetProperty("people").GetProperty(handle).GetProperty("cursor").GetString()!;
    }

    /// <summary>A clock that begins where the dump ends, so that its sessions, keys and cursors stay as young as they were.</summary>
    private sealed class DayAfter(DateTimeOffset at) : TimeProvider
    {
        private readonly TimeSpan _shift = at - System.GetUtcNow();

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _shift;
    }
}
