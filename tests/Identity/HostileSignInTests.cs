using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;

namespace OrleansSocial.Identity;

[Collection(SharedApplication.Name)]
public sealed class HostileSignInTests(SharedHost shared)
{
    private readonly SocialHost _host = shared.Host;

    /// <summary>Bodies that no route takes, with the status and code of their refusal.</summary>
    public static TheoryData<string, string, int, string> Bodies()
    {
        var data = new TheoryData<string, string, int, string>();
        foreach (var route in (string[])["register", "login", "refresh"])
        {
            data.Add(route, "", 400, "request.malformed");
            data.Add(route, " ", 400, "request.malformed");
            data.Add(route, "null", 400, "request.malformed");
            data.Add(route, "{}", 400, "request.malformed");
            data.Add(route, "[]", 400, "request.malformed");
            data.Add(route, "7", 400, "request.malformed");
            data.Add(route, "\"text\"", 400, "request.malformed");
            data.Add(route, "{", 400, "request.malformed");
            data.Add(route, "{\"handle\":\"alice\",\"password\":\"x\",\"refreshToken\":\"x\"", 400, "request.malformed");
            data.Add(route, "{\"handle\":\"alice\",\"password\":\"x\",\"refreshToken\":\"x\"}}", 400, "request.malformed");
            data.Add(route, "{\"handle\":7,\"password\":\"x\",\"refreshToken\":7}", 400, "request.malformed");
            data.Add(route, "{\"handle\":null,\"password\":null,\"refreshToken\":null}", 400, "request.malformed");
            data.Add(route, "{\"handle\":[\"alice\"],\"password\":{},\"refreshToken\":[]}", 400, "request.malformed");
            data.Add(route, "{\"handle\":true,\"password\":false,\"refreshToken\":true}", 400, "request.malformed");
            data.Add(route, "{\"handle\":\"alice\",\"handle\":\"bob\",\"password\":\"x\",\"refreshToken\":\"x\",\"refreshToken\":\"y\"}", 400, "request.malformed");
            data.Add(route, route == "refresh" ? "{\"refreshToken\":\"\\ud800\"}" : "{\"handle\":\"\\ud800\",\"password\":\"\\ud800\"}", 422, "request.text_not_storable");
            data.Add(route, "{\"handle\":\"alice\",\"password\":\"x\",\"refreshToken\":\"x\"}", 400, "request.malformed");
            data.Add(route, string.Concat(Enumerable.Repeat("[", 3000)), 400, "request.malformed");
            data.Add(route, $"{{\"handle\":\"{new string('x', 10_000)}\",\"password\":\"x\",\"refreshToken\":\"x\"}}", 413, "request.too_large");
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Bodies_that_are_not_of_the_form_are_refused_by_name(string route, string body, int status, string code)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        await Person.Refused(await _host.Http.PostAsync(new Uri($"/v1/auth/{route}", UriKind.Relative), content), (HttpStatusCode)status, code);
    }

    [Theory]
    [InlineData("register")]
    [InlineData("login")]
    [InlineData("refresh")]
    public async Task Bodies_that_are_not_UTF8_or_not_JSON_by_their_type_are_refused(string route)
    {
        var address = new Uri($"/v1/auth/{route}", UriKind.Relative);
        using var bytes = new ByteArrayContent([.. "{\"handle\":\""u8, 0xC3, 0x28, .. "\",\"password\":\"x\",\"refreshToken\":\""u8, 0xC3, 0x28, .. "\"}"u8]);
        bytes.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var form = new FormUrlEncodedContent([new("handle", "alice")]);
        using var untyped = new ByteArrayContent("{}"u8.ToArray());

        Assert.Contains((int)(await _host.Http.PostAsync(address, bytes)).StatusCode, new[] { 400, 422 });
        await Person.Refused(await _host.Http.PostAsync(address, form), HttpStatusCode.UnsupportedMediaType, "request.unsupported_media");
        await Person.Refused(await _host.Http.PostAsync(address, untyped), HttpStatusCode.UnsupportedMediaType, "request.unsupported_media");
        await Person.Refused(await _host.Http.GetAsync(address), HttpStatusCode.MethodNotAllowed, "request.method_not_allowed");
    }

    [Theory]
    [InlineData("al", "Alice", "correct horse", 422, "identity.handle")]
    [InlineData("../alice", "Alice", "correct horse", 422, "identity.handle")]
    [InlineData("аlice", "Alice", "correct horse", 422, "identity.handle")]
    [InlineData("alice_\0", "Alice", "correct horse", 422, "identity.handle")]
    [InlineData("alice_new", "", "correct horse", 422, "identity.display_name")]
    [InlineData("alice_new", "\u200b", "correct horse", 422, "identity.display_name")]
    [InlineData("alice_new", "A\0", "correct horse", 422, "request.text_not_storable")]
    [InlineData("alice_new", "A\nlice", "correct horse", 422, "request.label")]
    [InlineData("alice_new", "\u3164", "correct horse", 422, "identity.display_name")]
    [InlineData("alice_new", "Alice", "short", 422, "identity.password_length")]
    [InlineData("alice_new", "Alice", "nul \0 inside", 422, "request.text_not_storable")]
    public async Task Accounts_that_cannot_be_are_refused_by_name(string handle, string displayName, string password, int status, string code)
    {
        using var content = System.Net.Http.Json.JsonContent.Create(new { handle, displayName, password });

        await Person.Refused(await _host.Http.PostAsync(new Uri("/v1/auth/register", UriKind.Relative), content), (HttpStatusCode)status, code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!")]
    [InlineData("漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢")]
    public async Task Texts_that_are_no_refresh_token_end_nothing_and_are_refused(string refreshToken)
    {
        using var content = System.Net.Http.Json.JsonContent.Create(new { refreshToken });

        await Person.Refused(
            await _host.Http.PostAsync(new Uri("/v1/auth/refresh", UriKind.Relative), content), HttpStatusCode.Unauthorized, "identity.session_ended");
    }

    [Fact]
    public async Task Requests_without_a_token_in_the_right_place_are_not_signed_in()
    {
        var alice = await _host.Person("alice");
        var token = alice.Tokens.AccessToken;

        await Refused("identity.not_signed_in", "/v1/me");
        await Refused("identity.not_signed_in", "/v1/me", "");
        await Refused("identity.not_signed_in", "/v1/me", "Bearer");
        await Refused("identity.not_signed_in", "/v1/me", "Bearer ");
        await Refused("identity.not_signed_in", "/v1/me", $"Basic {token}");
        await Refused("identity.not_signed_in", $"/v1/me?access_token={token}");
    }

    [Fact]
    public async Task Tokens_that_are_none_of_ours_are_told_so()
    {
        var alice = await _host.Person("alice");
        var token = alice.Tokens.AccessToken;

        await Refused("identity.token_invalid", "/v1/me", $"Bearer  {token}");
        await Refused("identity.token_invalid", "/v1/me", $"Bearer {token}x");
        await Refused("identity.token_invalid", "/v1/me", $"Bearer {token}, Bearer {token}");
        await Refused("identity.token_invalid", "/v1/me", $"Bearer {token}", $"Bearer {token}");
        await Refused("identity.token_invalid", "/v1/me", $"Bearer {new string('x', 6000)}");
        await Refused("identity.token_invalid", $"/v1/live?access_token={token}x");
    }

    [Fact]
    public async Task Only_what_was_signed_here_is_told_that_its_time_is_over()
    {
        await using var host = await SocialHost.Start();
        var alice = await host.Person("alice");
        var parts = alice.Tokens.AccessToken.Split('.');
        await alice.Get<Users.ProfileView>("/v1/me");

        host.Time.Move(TimeSpan.FromMinutes(61));

        await Refused(host, "identity.token_expired", "/v1/me", $"Bearer {alice.Tokens.AccessToken}");
        await Refused(host, "identity.token_invalid", "/v1/me", $"Bearer {parts[0]}.{parts[1]}.{new string('A', parts[2].Length)}");
        await Person.Read<SessionTokens>(await host.Http.PostAsJsonAsync("/v1/auth/refresh", new { refreshToken = alice.Tokens.RefreshToken }));
    }

    private Task Refused(string code, string path, params string[] authorization) => Refused(_host, code, path, authorization);

    private static async Task Refused(SocialHost host, string code, string path, params string[] authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var value in authorization) request.Headers.TryAddWithoutValidation("Authorization", value);
        using var answer = await host.Http.SendAsync(request);
        await Person.Refused(answer, HttpStatusCode.Unauthorized, code);
        Assert.Equal(code == "identity.not_signed_in" ? "Bearer" : "Bearer error=\"invalid_token\"", answer.Headers.WwwAuthenticate.ToString());
    }
}
