using System.Net;
using System.Net.Http.Json;
using System.Text;

namespace OrleansSocial.Users;

[Collection(SharedApplication.Name)]
public sealed class ProfileTests(SharedHost shared)
{
    private readonly SocialHost _host = shared.Host;

    [Fact]
    public async Task Bob_reads_what_alice_changed_and_nothing_that_is_not_public()
    {
        var alice = await _host.Person("alice");

        var changed = await Person.Read<ProfileView>(await Patch(alice, new { displayName = "Al 🎉", bio = "مرحبا, 漢字, e\u0301" }));
        var text = await _host.Http.GetStringAsync(new Uri($"/v1/users/{alice.Id}", UriKind.Relative));
        var read = System.Text.Json.JsonSerializer.Deserialize<ProfileView>(text, SocialJson.Options);

        Assert.Equal(2, changed.Version);
        Assert.Equal(changed, read);
        Assert.Equal("Al 🎉", read!.DisplayName);
        Assert.Equal("مرحبا, 漢字, e\u0301", read.Bio);
        using var document = System.Text.Json.JsonDocument.Parse(text);
        Assert.Equal(["id", "handle", "displayName", "bio", "createdAt", "version"], document.RootElement.EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public async Task A_profile_is_found_by_its_handle_in_any_case()
    {
        var alice = await _host.Person("alice");

        var read = await Person.Read<ProfileView>(await Get($"/v1/users/by-handle/{alice.Handle.ToUpperInvariant()}"));

        Assert.Equal(alice.Id, read.Id);
    }

    [Fact]
    public async Task Whoever_has_the_newest_version_is_told_so_without_a_body()
    {
        var alice = await _host.Person("alice");
        var path = $"/v1/users/{alice.Id}";
        using var first = await Get(path);
        var tag = first.Headers.ETag!.ToString();

        Assert.Equal("\"1\"", tag);
        foreach (var known in (string[])[tag, $"W/{tag}", $"\"7\", {tag}", "*"])
        {
            using var same = await Get(path, known);
            Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
            Assert.Empty(await same.Content.ReadAsByteArrayAsync());
            Assert.Equal(tag, same.Headers.ETag?.ToString());
        }

        await Patch(alice, new { bio = "new" });
        using var changed = await Get(path, tag);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.Equal("\"2\"", changed.Headers.ETag?.ToString());
    }

    [Fact]
    public async Task Of_many_changes_to_one_version_exactly_one_is_made()
    {
        var alice = await _host.Person("alice");

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Patch(alice, new { bio = $"{i}" }, "\"1\"")));

        var made = await Person.Read<ProfileView>(Assert.Single(answers, a => a.IsSuccessStatusCode));
        foreach (var other in answers.Where(a => !a.IsSuccessStatusCode)) await Person.Refused(other, HttpStatusCode.PreconditionFailed, "request.version_changed");
        Assert.Equal(made, await alice.Get<ProfileView>("/v1/me"));
        Assert.Equal(2, made.Version);
    }

    [Fact]
    public async Task Blanks_of_a_name_are_joined_and_the_same_name_in_other_blanks_is_no_change()
    {
        var alice = await _host.Person("alice");

        var changed = await Person.Read<ProfileView>(await Patch(alice, new { displayName = " \u3164Alice \u00a0 B\u3000" }));
        var same = await Person.Read<ProfileView>(await Patch(alice, new { displayName = "Alice  B" }));

        Assert.Equal(("Alice B", 2), (changed.DisplayName, changed.Version));
        Assert.Equal(changed, same);
    }

    [Fact]
    public async Task A_change_of_nothing_keeps_the_version()
    {
        var alice = await _host.Person("alice");

        Assert.Equal(1, (await Person.Read<ProfileView>(await Patch(alice, new { }))).Version);
        Assert.Equal(1, (await Person.Read<ProfileView>(await Patch(alice, new { displayName = "alice" }))).Version);
        Assert.Equal(1, (await Person.Read<ProfileView>(await Patch(alice, new { bio = (string?)null }, "*"))).Version);
    }

    [Fact]
    public async Task Accounts_and_changes_are_there_after_a_restart_and_ended_sessions_stay_ended()
    {
        var database = await TestServer.NewDatabase();
        Person alice;
        Person gone;
        await using (var before = await SocialHost.Start(database))
        {
            (alice, gone) = (await before.Person("alice"), await before.Person("bob"));
            await Patch(alice, new { bio = "still here" });
            await gone.Send(HttpMethod.Post, "/v1/auth/logout");
        }

        await using var after = await SocialHost.Start(database);
        using var asAlice = new HttpClient { BaseAddress = after.Address, DefaultRequestHeaders = { Authorization = new("Bearer", alice.Tokens.AccessToken) } };
        using var asBob = new HttpClient { BaseAddress = after.Address, DefaultRequestHeaders = { Authorization = new("Bearer", gone.Tokens.AccessToken) } };
        var profile = await Person.Read<ProfileView>(await asAlice.GetAsync(new Uri("/v1/me", UriKind.Relative)));

        Assert.Equal(("still here", 2), (profile.Bio, profile.Version));
        await Person.Refused(await asBob.GetAsync(new Uri("/v1/me", UriKind.Relative)), HttpStatusCode.Unauthorized, "identity.session_ended");
        await Person.Read<Identity.SessionTokens>(await after.Http.PostAsJsonAsync("/v1/auth/login", new { handle = alice.Handle, password = Person.Password }));
        await Person.Read<Identity.SessionTokens>(await after.Http.PostAsJsonAsync("/v1/auth/refresh", new { refreshToken = alice.Tokens.RefreshToken }));
    }

    [Theory]
    [InlineData("", 400, "request.malformed")]
    [InlineData("null", 400, "request.malformed")]
    [InlineData("[]", 400, "request.malformed")]
    [InlineData("{\"displayName\":7}", 400, "request.malformed")]
    [InlineData("{\"displayName\":{\"a\":1}}", 400, "request.malformed")]
    [InlineData("{\"bio\":\"a\",\"bio\":\"b\"}", 400, "request.malformed")]
    [InlineData("{\"displayName\":\"\"}", 422, "users.display_name")]
    [InlineData("{\"displayName\":\" \"}", 422, "users.display_name")]
    [InlineData("{\"displayName\":\"a\\u0000\"}", 422, "request.text_not_storable")]
    [InlineData("{\"bio\":\"\\udc00\"}", 422, "request.text_not_storable")]
    [InlineData("{\"displayName\":\"Al\\nice\"}", 422, "request.label")]
    [InlineData("{\"displayName\":\"\\u202eecila\"}", 422, "request.label")]
    [InlineData("{\"displayName\":\"\\u3164\"}", 422, "users.display_name")]
    public async Task Changes_that_cannot_be_are_refused_by_name(string body, int status, string code)
    {
        var alice = await _host.Person("alice");
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        await Person.Refused(await alice.Http.PatchAsync(new Uri("/v1/me", UriKind.Relative), content), (HttpStatusCode)status, code);

        Assert.Equal(1, (await alice.Get<ProfileView>("/v1/me")).Version);
    }

    [Fact]
    public async Task Texts_beyond_their_limits_are_refused_by_name()
    {
        var alice = await _host.Person("alice");

        await Person.Refused(await Patch(alice, new { displayName = new string('x', 51) }), HttpStatusCode.UnprocessableEntity, "users.display_name");
        await Person.Refused(await Patch(alice, new { bio = new string('x', 301) }), HttpStatusCode.UnprocessableEntity, "users.bio");
        await Person.Refused(await Patch(alice, new { bio = new string('x', 100_000) }), HttpStatusCode.RequestEntityTooLarge, "request.too_large");
        Assert.Equal(300 * 4, Encoding.UTF8.GetByteCount((await Person.Read<ProfileView>(
            await Patch(alice, new { bio = string.Concat(Enumerable.Repeat("🎉", 300)) }))).Bio));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("\"1\" \"2\"")]
    [InlineData("\"1\", 2")]
    [InlineData("*, \"1\"")]
    [InlineData("\"1\", *")]
    [InlineData("\"")]
    [InlineData(",")]
    [InlineData("")]
    [InlineData("\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\"")]
    public async Task An_If_Match_that_is_no_list_of_tags_is_malformed(string ifMatch)
    {
        var alice = await _host.Person("alice");

        var problem = await Person.Refused(await Patch(alice, new { bio = "x" }, ifMatch), HttpStatusCode.BadRequest, "request.malformed");

        Assert.StartsWith("If-Match is", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"1\"")]
    [InlineData("*")]
    [InlineData("\"7\", \"1\"")]
    [InlineData("\"not ours\",\"1\"")]
    [InlineData("W/\"1\", \"a,b\" , \"1\"")]
    public async Task An_If_Match_that_names_this_version_among_others_lets_the_change_through(string ifMatch)
    {
        var alice = await _host.Person("alice");

        using var changed = await Patch(alice, new { bio = "x" }, ifMatch);

        Assert.Equal("x", (await Person.Read<ProfileView>(changed)).Bio);
        Assert.Equal("\"2\"", changed.Headers.ETag?.ToString());
    }

    [Fact]
    public async Task Ones_own_profile_is_told_with_its_tag_to_nobody_else_and_not_twice()
    {
        var alice = await _host.Person("alice");
        using var first = await alice.Send(HttpMethod.Get, "/v1/me");
        using var conditional = new HttpRequestMessage(HttpMethod.Get, "/v1/me") { Headers = { IfNoneMatch = { first.Headers.ETag! } } };

        using var again = await alice.Http.SendAsync(conditional);

        Assert.Equal("\"1\"", first.Headers.ETag?.ToString());
        Assert.Equal((HttpStatusCode.NotModified, "\"1\""), (again.StatusCode, again.Headers.ETag?.ToString()));
        foreach (var answer in (HttpResponseMessage[])[first, again]) Assert.Equal((true, true, false), (answer.Headers.CacheControl?.Private, answer.Headers.CacheControl?.NoStore, answer.Headers.CacheControl?.Public));
    }

    [Theory]
    [InlineData("\"2\"")]
    [InlineData("\"0\"")]
    [InlineData("\"01\"")]
    [InlineData("\"2\", \"3\"")]
    [InlineData("\"-1\"")]
    [InlineData("\"99999999999999999999\"")]
    [InlineData("\"not ours\"")]
    [InlineData("W/\"1\"")]
    public async Task An_If_Match_of_another_version_changes_nothing(string ifMatch)
    {
        var alice = await _host.Person("alice");

        await Person.Refused(await Patch(alice, new { bio = "x" }, ifMatch), HttpStatusCode.PreconditionFailed, "request.version_changed");
    }

    [Theory]
    [InlineData("/v1/users/0198f3a2-0000-7000-8000-000000000000", 404, "users.not_found")]
    [InlineData("/v1/users/00000000-0000-0000-0000-000000000000", 400, "request.malformed")]
    [InlineData("/v1/users/alice", 400, "request.malformed")]
    [InlineData("/v1/users/by-handle/nobody_has_this_name", 404, "users.not_found")]
    [InlineData("/v1/users/by-handle/%F0%9F%8E%89%F0%9F%8E%89", 404, "users.not_found")]
    [InlineData("/v1/users/by-handle/a", 404, "users.not_found")]
    [InlineData("/v1/users/by-handle/..%2f..%2fetc", 404, "users.not_found")]
    public async Task People_who_are_not_there_are_not_found(string path, int status, string code)
    {
        await Person.Refused(await Get(path), (HttpStatusCode)status, code);
    }

    private static async Task<HttpResponseMessage> Patch(Person person, object body, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, "/v1/me") { Content = JsonContent.Create(body, body.GetType(), options: SocialJson.Options) };
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return await person.Http.SendAsync(request);
    }

    private async Task<HttpResponseMessage> Get(string path, string? ifNoneMatch = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (ifNoneMatch is not null) request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
        return await _host.Http.SendAsync(request);
    }
}
