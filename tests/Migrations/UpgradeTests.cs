using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OrleansSocial.Identity;
using OrleansSocial.Users;
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
        Assert.All(s_tables.Except(["ended_sessions"]), table => Assert.Empty(before[table].Where(IsKept).Except(after[table])));
        Assert.All(s_tables.Except(["orleansstorage", "ended_sessions"]), table => Assert.Equal(before[table], after[table]));

        // These are swept each minute, once their last token has ended by itself.
        Assert.Empty(after["ended_sessions"].Except(before["ended_sessions"]));

        // Profiles have moved to a table of their own.
        static bool IsKept(string row) => !row.Contains(",profile,", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everyone_has_the_profile_that_the_version_before_kept_for_them()
    {
        var left = await Left.Restore("0012");
        await using var source = NpgsqlDataSource.Create(left.Postgres);
        ProfileView[] odd =
        [
            new(UserId.From(new("fedcba98-7654-7321-8fed-cba987654321")), "odd", "\U0001F469\u200D\U0001F469\u200D\U0001F467 \"o'dd\" \\ <b>&amp;", "\u0001 line\n\ttab\r\u2028 \u202Eabc $$ \uFFFD \uFEFF", left.At.AddTicks(10), 12),
            new(UserId.From(new("01a21e19-ffee-7ddc-bbaa-998877665544")), "x_1", "\u0928\u092E\u0938\u094D\u0924\u0947 \u6F22\u5B57", "", left.At, 1),
        ];
        foreach (var profile in odd) await WriteAsBefore(source, profile);
        var before = await ProfilesAsBefore(source);
        Assert.Equal(["ace", "alice", "bob", "carol", "odd", "x_1"], before.Select(profile => profile.Handle).Order(StringComparer.Ordinal));
        Assert.Equal("\u00C7arol \U0001F30A", before.Single(profile => profile.Handle == "carol").DisplayName);

        await using (var host = await Open(left))
        {
            foreach (var profile in before) Assert.Equal(profile, await Person.Read<ProfileView>(await host.Http.GetAsync(new Uri($"/v1/users/{profile.Id}", UriKind.Relative))));
            var alice = await SignIn(host, left, "alice");
            Assert.Equal(3, (await Person.Read<ProfileView>(await alice.PatchAsJsonAsync("/v1/me", new { bio = "Walks on Sundays" }))).Version);
        }

        Assert.Empty(await ProfilesAsBefore(source));
        await using var again = await Open(left);
        Assert.Equal("Walks on Sundays", (await Get(await SignIn(again, left, "alice"), "/v1/me")).GetProperty("bio").GetString());
    }

    [Fact]
    public async Task What_a_silo_of_the_version_before_writes_of_a_profile_beside_this_one_is_taken_over_unless_it_was_overtaken()
    {
        await using var host = await SocialHost.Start();
        await using var source = NpgsqlDataSource.Create(host.ConnectionString);
        var made = new ProfileView(Ids.New<UserId>(TimeProvider.System), "late", "Late \U0001F40A", "", DateTimeOffset.UnixEpoch, 1);

        await WriteAsBefore(source, made);
        await WriteAsBefore(source, made with { Bio = "by the old", Version = 2 });
        var grain = host.Grains.GetGrain<IUserGrain>(made.Id);
        Assert.Equal(made with { Bio = "by the old", Version = 2 }, (await grain.Get()).Value);

        // A creation whose answer was lost, and a change of what has been changed here meanwhile.
        var changed = (await grain.Change(new(null, "by the new"))).Value;
        await WriteAsBefore(source, made);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => WriteAsBefore(source, made with { Bio = "late", Version = 3 }));

        Assert.True(DatabaseUnavailableException.Describes(refused));
        Assert.Equal("by the new|3", await FencedDatabase.Scalar<string>(host.Services.GetRequiredService<Database>(), $"SELECT bio || '|' || version FROM profiles WHERE user_id = '{changed.Id}'"));
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

    /// <summary>Writes the state of a grain as silos of the version before do.</summary>
    private static async Task WriteAsBefore(NpgsqlDataSource source, ProfileView profile)
    {
        var key = profile.Id.Value.ToByteArray();
        var state = JsonSerializer.SerializeToUtf8Bytes(new { profile.Handle, profile.DisplayName, profile.Bio, profile.CreatedAt, profile.Version });
        await using var command = source.CreateCommand("""
            INSERT INTO orleansstorage (grainidhash, grainidn0, grainidn1, graintypehash, graintypestring, serviceid, payloadbinary, modifiedon, version)
            VALUES (1, $1, $2, 2, 'profile', 'social', $3, now(), 1)
            ON CONFLICT (grainidhash, graintypehash, grainidn0, grainidn1, grainidextensionstring, graintypestring, serviceid)
            DO UPDATE SET payloadbinary = excluded.payloadbinary, version = orleansstorage.version + 1
            """);
        foreach (var value in (object[])[BitConverter.ToInt64(key, 0), BitConverter.ToInt64(key, 8), state]) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The profiles that are state of grains, as silos of the version before read them.</summary>
    private static async Task<List<ProfileView>> ProfilesAsBefore(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand("SELECT grainidn0, grainidn1, payloadbinary FROM orleansstorage WHERE graintypestring = 'profile'");
        await using var row = await command.ExecuteReaderAsync();
        var all = new List<ProfileView>();
        while (await row.ReadAsync())
        {
            var state = JsonSerializer.Deserialize<JsonElement>(row.GetFieldValue<byte[]>(2));
            var user = new Guid([.. BitConverter.GetBytes(row.GetInt64(0)), .. BitConverter.GetBytes(row.GetInt64(1))]);
            var rounded = Sql.ToMicroseconds(state.GetProperty("CreatedAt").GetDateTimeOffset().AddTicks(TimeSpan.TicksPerMicrosecond / 2));
            string Text(string name) => state.GetProperty(name).GetString()!;
            all.Add(new(UserId.From(user), Text("Handle"), Text("DisplayName"), Text("Bio"), rounded, state.GetProperty("Version").GetInt32()));
        }

        return all;
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
