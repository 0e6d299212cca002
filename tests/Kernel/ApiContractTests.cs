using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace OrleansSocial.Kernel;

/// <summary>Every answer that a slice test gets is held to the OpenAPI document; here an answer that differs in one point from what is on the wire is found.</summary>
[Collection(SharedApplication.Name)]
public sealed class ApiContractTests(SharedHost shared)
{
    private const string Profile =
        """{"id":"0198f3a2-0000-7000-8000-00000000000a","handle":"alice","displayName":"Alice","bio":"","createdAt":"2031-05-01T12:00:00.000000Z","version":1}""";

    [Fact]
    public async Task An_answer_as_it_is_told_of_is_found_right() => Assert.Empty(await Faults(200, Profile));

    [Theory]
    [InlineData(200, """{"handle":"alice"}""", "application/json")]
    [InlineData(200, """{"secret":1,"id":"0198f3a2-0000-7000-8000-00000000000a","handle":"alice","displayName":"Alice","bio":"","createdAt":"2031-05-01T12:00:00.000000Z","version":1}""", "application/json")]
    [InlineData(200, """{"id":"alice","handle":"alice","displayName":"Alice","bio":"","createdAt":"2031-05-01T12:00:00.000000Z","version":1}""", "application/json")]
    [InlineData(200, """{"id":"0198f3a2-0000-7000-8000-00000000000a","handle":"alice","displayName":null,"bio":"","createdAt":"2031-05-01T12:00:00.000000Z","version":1}""", "application/json")]
    [InlineData(200, Profile, "text/plain")]
    [InlineData(201, Profile, "application/json")]
    [InlineData(409, Profile, "application/json")]
    [InlineData(304, Profile, "application/json")]
    [InlineData(404, """{"code":"users.not_found"}""", "application/problem+json")]
    public async Task An_answer_that_differs_is_found(int status, string body, string type) => Assert.NotEmpty(await Faults(status, body, type));

    [Fact]
    public async Task A_header_that_is_promised_and_not_there_is_found() => Assert.Equal(["the header ETag is missing"], await Faults(200, Profile, tag: null));

    [Fact]
    public async Task A_place_that_cannot_be_read_is_found() =>
        Assert.Equal(["it tells of no Location", "/v1/nowhere leads to nothing that can be read"], await Faults(200, Profile, location: "/v1/nowhere"));

    [Fact]
    public async Task A_request_is_strict_an_answer_may_grow_and_what_may_be_null_may_be_left_out()
    {
        var schemas = System.Text.Json.JsonDocument.Parse(await shared.Host.Http.GetStringAsync("/openapi/v1.json")).RootElement.GetProperty("components").GetProperty("schemas");

        Assert.False(schemas.GetProperty("ProfileChange").GetProperty("additionalProperties").GetBoolean());
        Assert.False(schemas.GetProperty("ProfileView").TryGetProperty("additionalProperties", out _));
        Assert.Equal(["conversation", "seq", "kind", "sender", "text", "sentAt", "version"], schemas.GetProperty("MessageView").GetProperty("required").EnumerateArray().Select(name => name.GetString()));
        Assert.DoesNotContain("\"null\"", schemas.GetRawText(), StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<string>> Faults(int status, string body, string type = "application/json", string? tag = "\"1\"", string? location = null)
    {
        using var answer = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, type) };
        if (tag is not null) answer.Headers.ETag = EntityTagHeaderValue.Parse(tag);
        if (location is not null) answer.Headers.Location = new Uri(location, UriKind.Relative);
        foreach (var name in (string[])["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"]) answer.Headers.Add(name, "1");
        var contract = new ApiContract(await shared.Host.Http.GetStringAsync("/openapi/v1.json"));
        return [.. contract.FaultsOf(HttpMethod.Get, new Uri("http://server/v1/me"), answer, Encoding.UTF8.GetBytes(body))];
    }
}
