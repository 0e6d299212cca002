using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace OrleansSocial.Chat;

/// <summary>Whatever comes in on the routes of this slice gets its refusal, and nothing of it is stored.</summary>
[Collection(SharedApplication.Name)]
public sealed class HostileInputTests(SharedHost shared)
{
    private const string Room = "/v1/conversations/{id}";

    public static TheoryData<string, string> Routes => new()
    {
        { "POST", "/v1/conversations" },
        { "PATCH", Room },
        { "POST", $"{Room}/members" },
        { "PUT", $"{Room}/read" },
        { "POST", $"{Room}/messages" },
        { "PATCH", $"{Room}/messages/1" },
    };

    public static TheoryData<string, string> AllRoutes => new()
    {
        { "POST", "/v1/conversations" },
        { "GET", "/v1/conversations" },
        { "GET", Room },
        { "PATCH", Room },
        { "POST", $"{Room}/members" },
        { "DELETE", $"{Room}/members/{Guid.NewGuid()}" },
        { "PUT", $"{Room}/read" },
        { "POST", $"{Room}/typing" },
        { "POST", $"{Room}/messages" },
        { "GET", $"{Room}/messages" },
        { "PATCH", $"{Room}/messages/1" },
        { "DELETE", $"{Room}/messages/1" },
        { "GET", $"{Room}/messages/1" },
    };

    [Theory, MemberData(nameof(Routes))]
    public async Task A_body_that_is_no_body_is_refused(string method, string route)
    {
        var (alice, _, room) = await shared.Host.Pair();
        var path = route.Replace("{id}", room.Id.ToString(), StringComparison.Ordinal);
        foreach (var body in (string[])
        [
            "", "   ", "null", "[]", "42", "\"text\"", "{", "{\"text\":null,\"title\":null,\"users\":null,\"seq\":null,\"kind\":null,\"members\":null}",
            "{\"text\":1,\"title\":1,\"users\":1,\"seq\":\"1\",\"kind\":1,\"members\":1}",
            "{\"text\":[],\"title\":{},\"users\":[1],\"seq\":1.5,\"kind\":\"triple\",\"members\":[\"x\"]}",
            "{\"text\":\"a\",\"text\":\"b\",\"title\":\"a\",\"title\":\"b\",\"users\":[],\"users\":[],\"seq\":1,\"seq\":2,\"kind\":\"direct\",\"kind\":\"direct\",\"members\":[],\"members\":[]}",
            $"{{\"text\":{new string('[', 100)}{new string(']', 100)},\"title\":[[[]]],\"users\":[[]],\"seq\":99999999999999999999,\"kind\":[],\"members\":{{}}}}",
        ])
        {
            await Person.Refused(await Post(alice, method, path, body), HttpStatusCode.BadRequest, "request.malformed");
        }

        // What changes parts of a thing may change none of them.
        var nothing = (method, route) == ("PATCH", Room) ? (HttpStatusCode.Conflict, "chat.not_a_group") : (HttpStatusCode.BadRequest, "request.malformed");
        await Person.Refused(await Post(alice, method, path, "{}"), nothing.Item1, nothing.Item2);
        Assert.Equal(0, (await room.As(alice).View()).LastSeq);
    }

    [Theory, MemberData(nameof(Routes))]
    public async Task A_body_in_another_format_or_too_large_is_refused(string method, string route)
    {
        var (alice, _, room) = await shared.Host.Pair();
        var path = route.Replace("{id}", room.Id.ToString(), StringComparison.Ordinal);

        await Person.Refused(await Post(alice, method, path, "text=hello", "application/x-www-form-urlencoded"), HttpStatusCode.UnsupportedMediaType, "request.unsupported_media");
        await Person.Refused(await Post(alice, method, path, $"{{\"text\":\"{new string('x', 200_000)}\"}}"), HttpStatusCode.RequestEntityTooLarge, "request.too_large");
        Assert.Equal(0, (await room.As(alice).View()).LastSeq);
    }

    [Theory, MemberData(nameof(AllRoutes))]
    public async Task Nobody_gets_in_without_a_valid_token(string method, string route)
    {
        var (_, _, room) = await shared.Host.Pair();
        var path = route.Replace("{id}", room.Id.ToString(), StringComparison.Ordinal);
        foreach (var token in (string?[])[null, "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var answer = await shared.Host.Http.SendAsync(request);

            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }
    }

    [Theory, MemberData(nameof(AllRoutes))]
    public async Task An_id_that_is_none_is_refused(string method, string route)
    {
        if (!route.Contains("{id}", StringComparison.Ordinal)) return;

        var (alice, _, _) = await shared.Host.Pair();
        foreach (var id in (string[])["x", "1", "00000000-0000-0000-0000-000000000000", "%00", "0198f3a200007000800000000000000", new string('a', 2000)])
        {
            var body = method is "GET" or "DELETE" ? "" : "{\"text\":\"a\",\"title\":\"a\",\"users\":[],\"seq\":1}";
            using var answer = await Post(alice, method, route.Replace("{id}", id, StringComparison.Ordinal), body);

            Assert.True(
                answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound,
                $"{method} {route} with {id}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }
    }

    [Theory]
    [InlineData("{\"clientKey\":\"k\",\"text\":\"\"}", 422, "chat.text_empty")]
    [InlineData("{\"clientKey\":\"k\",\"text\":\"  \\n\"}", 422, "chat.text_empty")]
    [InlineData("{\"clientKey\":\"k\",\"text\":\"a\\u0000b\"}", 422, "request.text_not_storable")]
    [InlineData("{\"clientKey\":\"k\",\"text\":\"\\ud83d\"}", 422, "request.text_not_storable")]
    [InlineData("{\"clientKey\":\"k\",\"text\":\"\\udc4d\\ud83d\"}", 422, "request.text_not_storable")]
    [InlineData("{\"text\":\"hello\"}", 400, "chat.client_key")]
    [InlineData("{\"clientKey\":\"\",\"text\":\"hello\"}", 400, "chat.client_key")]
    [InlineData("{\"clientKey\":\"a b\",\"text\":\"hello\"}", 400, "chat.client_key")]
    [InlineData("{\"clientKey\":\"k\\u0000\",\"text\":\"hello\"}", 400, "chat.client_key")]
    [InlineData("{\"clientKey\":\"ключ\",\"text\":\"hello\"}", 400, "chat.client_key")]
    [InlineData("{\"clientKey\":5,\"text\":\"hello\"}", 400, "request.malformed")]
    public async Task A_text_or_key_that_does_not_fit_is_refused_by_name(string body, int status, string code)
    {
        var (alice, _, room) = await shared.Host.Pair();

        await Person.Refused(await Post(alice, "POST", $"{room.Path}/messages", body), (HttpStatusCode)status, code);

        Assert.Equal(0, (await room.As(alice).View()).LastSeq);
    }

    [Fact]
    public async Task A_text_is_as_long_as_it_may_be_in_characters_that_a_person_counts()
    {
        var (alice, _, room) = await shared.Host.Pair();

        await room.As(alice).Send(new string('x', 4000));
        await room.As(alice).Send(string.Concat(Enumerable.Repeat("👍", 4000)));
        await Person.Refused(await room.As(alice).TrySend(new string('x', 4001)), HttpStatusCode.RequestEntityTooLarge, "chat.text_too_long");
        await Person.Refused(
            await room.As(alice).TrySend(string.Concat(Enumerable.Repeat("👍", 4001))), HttpStatusCode.RequestEntityTooLarge, "chat.text_too_long");
        await room.As(alice).Send("x", new string('k', 64));
        await Person.Refused(await room.As(alice).TrySend("x", new string('k', 65)), HttpStatusCode.BadRequest, "chat.client_key");
    }

    [Theory]
    [InlineData("{\"kind\":\"direct\",\"members\":[]}", "chat.members_count")]
    [InlineData("{\"kind\":\"direct\",\"members\":[\"{self}\"]}", "chat.members_count")]
    [InlineData("{\"kind\":\"direct\",\"members\":[\"{ghost}\",\"{ghost}\"]}", "chat.members_count")]
    [InlineData("{\"kind\":\"direct\",\"title\":\"ours\",\"members\":[\"{ghost}\"]}", "chat.title_length")]
    [InlineData("{\"kind\":\"group\",\"members\":[]}", "chat.title_length")]
    [InlineData("{\"kind\":\"group\",\"title\":\"\",\"members\":[]}", "chat.title_length")]
    [InlineData("{\"kind\":\"group\",\"title\":\" \",\"members\":[]}", "chat.title_length")]
    [InlineData("{\"kind\":\"group\",\"title\":\"a\\u0000\",\"members\":[]}", "request.text_not_storable")]
    [InlineData("{\"kind\":\"group\",\"title\":\"ours\",\"members\":[\"{ghost}\"]}", "chat.unknown_user")]
    public async Task A_conversation_that_cannot_be_is_not_begun(string body, string code)
    {
        var alice = await shared.Host.Person("alice");
        var words = body.Replace("{self}", alice.Id.ToString(), StringComparison.Ordinal).Replace("{ghost}", Guid.NewGuid().ToString(), StringComparison.Ordinal);

        await Person.Refused(await Post(alice, "POST", "/v1/conversations", words), HttpStatusCode.UnprocessableEntity, code);

        Assert.Empty((await alice.Get<Page<ConversationSummary>>("/v1/conversations")).Items);
    }

    private static async Task<HttpResponseMessage> Post(Person person, string method, string path, string body, string type = "application/json")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body.Length > 0 || method is not ("GET" or "DELETE")) request.Content = new StringContent(body, Encoding.UTF8, type);
        return await person.Http.SendAsync(request);
    }
}
