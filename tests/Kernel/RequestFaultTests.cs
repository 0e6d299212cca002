using System.Net;
using System.Text;
using System.Text.Json;

namespace OrleansSocial.Kernel;

/// <summary>What is not well formed is refused, and whoever sent it reads what, where and why.</summary>
[Collection(SharedApplication.Name)]
public sealed class RequestFaultTests(SharedHost shared)
{
    [Theory]
    [InlineData("PATCH", "/v1/me", """{"display_name":"Al"}""", "$.display_name", "there is no such member")]
    [InlineData("PATCH", "/v1/me", """{"DisplayName":"Al"}""", "$.DisplayName", "there is no such member")]
    [InlineData("PATCH", "/v1/me", """{"displayName":7}""", "$.displayName", "A text is expected")]
    [InlineData("PATCH", "/v1/me", """{"bio":"a","bio":"b"}""", "$.bio", "this member comes twice")]
    [InlineData("PATCH", "/v1/me", "[]", "$", "another type")]
    [InlineData("PATCH", "/v1/me", "{\"bio\":\n\"a\"", "$", "this is not JSON, line 2, byte 4")]
    [InlineData("PATCH", "/v1/me", "", "body", "no body")]
    [InlineData("POST", "/v1/conversations", """{"members":[]}""", "$", "a member is missing: kind")]
    [InlineData("POST", "/v1/conversations", "{}", "$", "a member is missing: kind, members")]
    [InlineData("POST", "/v1/conversations", """{"kind":"triple","members":[]}""", "$.kind", "another type")]
    [InlineData("POST", "/v1/conversations", """{"kind":"direct","members":null}""", "$.members", "null is no value")]
    [InlineData("POST", "/v1/conversations", """{"kind":"direct","members":["0198f3a2-0000-7000-8000-000000000000","bob"]}""", "$.members[1]", "An identifier is a UUID")]
    [InlineData("PUT", "/v1/conversations/0198f3a2-0000-7000-8000-000000000000/read", """{"seq":"1"}""", "$.seq", "another type")]
    public async Task A_body_that_is_not_of_its_form_is_told_where_and_why(string method, string path, string body, string where, string why)
    {
        var detail = await Detail(method, path, body);

        Assert.Contains(where, detail, StringComparison.Ordinal);
        Assert.Contains(why, detail, StringComparison.Ordinal);
        Assert.DoesNotContain("OrleansSocial", detail, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_of_a_change_with_a_misspelt_member_is_made()
    {
        var alice = await shared.Host.Person("alice");

        await Person.Refused(await alice.Send(HttpMethod.Patch, "/v1/me", new { bio = "new", displayname = "Al" }), HttpStatusCode.BadRequest, "request.malformed");

        Assert.Equal(1, (await alice.Get<Users.ProfileView>("/v1/me")).Version);
    }

    [Theory]
    [InlineData("GET", "/v1/conversations/alice", "id is not of its form: a UUID")]
    [InlineData("GET", "/v1/conversations?limit=ten", "limit is not of its form: a whole number")]
    [InlineData("GET", "/v1/events?wait=1.5", "wait is not of its form: a whole number")]
    [InlineData("GET", "/v1/presence?users=alice", "users is a list of UUIDs")]
    [InlineData("GET", "/v1/users?ids=alice", "ids is a list of UUIDs")]
    [InlineData("DELETE", "/v1/conversations/0198f3a2-0000-7000-8000-000000000000/messages/first", "seq is not of its form: a whole number")]
    [InlineData("DELETE", "/v1/conversations/0198f3a2-0000-7000-8000-000000000000/members/bob", "user is not of its form: a UUID")]
    public async Task A_path_or_a_query_that_is_not_of_its_form_is_told_by_its_parameter(string method, string path, string words) =>
        Assert.StartsWith(words, await Detail(method, path, null), StringComparison.Ordinal);

    [Fact]
    public async Task A_header_that_is_not_of_its_form_is_told_by_its_name()
    {
        var alice = await shared.Host.Person("alice");

        var problem = await Person.Refused(
            await alice.Send(HttpMethod.Post, "/v1/conversations", new { kind = "group", title = "Trip", members = Array.Empty<string>() }, "two words"), HttpStatusCode.BadRequest, "request.malformed");

        Assert.StartsWith("Idempotency-Key is", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_hostile_names_little_is_repeated_and_nothing_that_a_terminal_would_obey()
    {
        var controls = await Detail("PATCH", "/v1/me", "{\"a\\u001b[31m\\u202e\\u2028\\n<b>\":1}");
        var length = await Detail("PATCH", "/v1/me", $$"""{"{{new string('x', 5_000)}}":1}""");

        Assert.DoesNotContain(controls, c => c is < ' ' or > '~');
        Assert.InRange(length.Length, RequestFaults.PlaceCharsMax, RequestFaults.PlaceCharsMax + 60);
    }

    [Fact]
    public async Task A_text_that_cannot_be_stored_is_told_by_its_member()
    {
        var alice = await shared.Host.Person("alice");
        using var body = new StringContent("""{"bio":"\udc00"}""", Encoding.UTF8, "application/json");

        var problem = await Person.Refused(await alice.Http.PatchAsync(new Uri("/v1/me", UriKind.Relative), body), HttpStatusCode.UnprocessableEntity, "request.text_not_storable");

        Assert.StartsWith("In the body at $.bio: ", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_hub_takes_no_more_and_no_less_than_before()
    {
        var (alice, _, room) = await shared.Host.Pair();
        await using var live = await LiveClient.Connect(alice);

        await live.Send(room, "hello");

        Assert.Equal("{\"seq\":3}", JsonSerializer.Serialize(JsonSerializer.Deserialize<Chat.ReadUpTo>("""{"seq":3,"more":1}""", SocialJson.Options), SocialJson.Options));
    }

    private async Task<string> Detail(string method, string path, string? body)
    {
        var alice = await shared.Host.Person("alice");
        using var request = new HttpRequestMessage(new(method), path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return (await Person.Refused(await alice.Http.SendAsync(request), HttpStatusCode.BadRequest, "request.malformed")).GetProperty("detail").GetString()!;
    }
}
