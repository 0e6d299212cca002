using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.Extensions.Configuration;
using OrleansSocial.Users;

namespace OrleansSocial.Identity;

[Collection(SharedApplication.Name)]
public sealed class SignInTests(SharedHost shared)
{
    private readonly SocialHost _host = shared.Host;

    [Fact]
    public async Task Alice_opens_an_account_and_is_signed_in()
    {
        var handle = NewHandle("alice");

        using var answer = await Post("register", new { handle, displayName = "Alice", password = Person.Password });
        var tokens = await Person.Read<SessionTokens>(answer);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal(handle, (await Person.Read<ProfileView>(await _host.Http.GetAsync(answer.Headers.Location))).Handle);
        Assert.True(answer.Headers.CacheControl?.NoStore);
        Assert.Equal(handle, tokens.Handle);
        Assert.True(tokens.AccessExpiresAt < tokens.RefreshExpiresAt);
        var profile = await Me(tokens.AccessToken);
        Assert.Equal((tokens.User, handle, "Alice", 1), (profile.Id, profile.Handle, profile.DisplayName, profile.Version));
    }

    [Fact]
    public async Task Alice_signs_in_on_two_devices_in_whatever_case_she_writes_her_handle()
    {
        var alice = await _host.Person("alice");

        var phone = await Person.Read<SessionTokens>(await Post("login", new { handle = alice.Handle.ToUpperInvariant(), password = Person.Password }));

        Assert.Equal(alice.Id, phone.User);
        Assert.NotEqual(alice.Tokens.Session, phone.Session);
        Assert.Equal(alice.Id, (await Me(phone.AccessToken)).Id);
        Assert.Equal(alice.Id, (await Me(alice.Tokens.AccessToken)).Id);
    }

    [Fact]
    public async Task A_handle_has_one_owner_even_when_many_want_it_at_once()
    {
        var handle = NewHandle("alice");

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(
            i => Post("register", new { handle = i % 2 == 0 ? handle : handle.ToUpperInvariant(), password = $"{Person.Password} {i}" })));

        var winner = Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Created);
        foreach (var loser in answers.Where(a => a != winner)) await Person.Refused(loser, HttpStatusCode.Conflict, "identity.handle_taken");
        var tokens = await Person.Read<SessionTokens>(winner);
        var owner = await Person.Read<SessionTokens>(await Post("login", new { handle, password = $"{Person.Password} {Array.IndexOf(answers, winner)}" }));
        Assert.Equal(tokens.User, owner.User);
    }

    [Fact]
    public async Task An_account_whose_answer_was_lost_is_opened_once_under_its_idempotency_key()
    {
        var handle = NewHandle("alice");

        var first = await Person.Read<SessionTokens>(await Register(handle, Person.Password, "key-1"));
        var again = await Person.Read<SessionTokens>(await Register(handle, Person.Password, "key-1"));

        Assert.Equal(first.User, again.User);
        Assert.Equal(first.User, (await Me(again.AccessToken)).Id);
        await Person.Refused(await Register(handle, "another password", "key-1"), HttpStatusCode.Conflict, "request.key_reused");
        await Person.Refused(await Register(handle, Person.Password, "key-2"), HttpStatusCode.Conflict, "identity.handle_taken");
        await Person.Refused(await Register(handle, Person.Password, null), HttpStatusCode.Conflict, "identity.handle_taken");
    }

    [Fact]
    public async Task A_wrong_name_and_a_wrong_password_look_the_same()
    {
        var alice = await _host.Person("alice");

        string[] answers =
        [
            await Wrong(alice.Handle, "wrong horse battery"),
            await Wrong(alice.Handle, ""),
            await Wrong(alice.Handle, new string('x', 2000)),
            await Wrong(NewHandle("nobody"), Person.Password),
            await Wrong("not a handle", Person.Password),
            await Wrong("", Person.Password),
            await Wrong("0", Person.Password),
            await Wrong("user:" + alice.Handle, Person.Password),
        ];

        Assert.Single(answers.Distinct());
    }

    [Fact]
    public async Task When_too_many_people_sign_in_at_once_some_are_told_to_come_back_and_nobody_waits_for_ever()
    {
        await using var host = await SocialHost.Start(configure: builder => builder.Configuration.AddInMemoryCollection(
        [
            new("Social:Identity:HashParallelism", "1"),
            new("Social:Identity:HashQueueMax", "2"),
            new("Social:Identity:HashOperations", "3"),
            new("Social:Identity:HashMemoryKiB", "65536"),
        ]));

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(
            _ => host.Http.PostAsJsonAsync("/v1/auth/register", new { handle = NewHandle("alice"), password = Person.Password })));

        Assert.Contains(answers, a => a.StatusCode == HttpStatusCode.Created);
        Assert.Contains(answers, a => a.StatusCode == HttpStatusCode.ServiceUnavailable);
        foreach (var refused in answers.Where(a => a.StatusCode != HttpStatusCode.Created))
        {
            await Person.Refused(refused, HttpStatusCode.ServiceUnavailable, "identity.busy");
            Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
        }
    }

    [Fact]
    public async Task A_refresh_token_is_good_once_and_gives_a_new_pair()
    {
        var alice = await _host.Person("alice");

        var second = await Person.Read<SessionTokens>(await Refresh(alice.Tokens.RefreshToken));
        var third = await Person.Read<SessionTokens>(await Refresh(second.RefreshToken));

        Assert.Equal(alice.Tokens.Session, third.Session);
        Assert.Equal(3, new[] { alice.Tokens.RefreshToken, second.RefreshToken, third.RefreshToken }.Distinct().Count());
        Assert.Equal(alice.Id, (await Me(third.AccessToken)).Id);
    }

    [Fact]
    public async Task A_refresh_token_that_comes_twice_ends_the_session_for_thief_and_owner()
    {
        var alice = await _host.Person("alice");
        var tablet = await alice.AnotherDevice();
        var stolen = alice.Tokens.RefreshToken;
        var second = await Person.Read<SessionTokens>(await Refresh(stolen));

        await Person.Refused(await Refresh(stolen), HttpStatusCode.Unauthorized, "identity.refresh_reused");

        await Person.Refused(await Refresh(second.RefreshToken), HttpStatusCode.Unauthorized, "identity.session_ended");
        await SessionEnded(second.AccessToken);
        await SessionEnded(alice.Tokens.AccessToken);
        Assert.Equal(alice.Id, (await Me(tablet.Tokens.AccessToken)).Id);
    }

    [Fact]
    public async Task A_refresh_token_sent_many_times_at_once_is_exchanged_at_most_once()
    {
        var alice = await _host.Person("alice");

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Refresh(alice.Tokens.RefreshToken)));

        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.OK);
        Assert.All(answers, a => Assert.True(a.StatusCode is HttpStatusCode.OK or HttpStatusCode.Unauthorized));
        await SessionEnded(alice.Tokens.AccessToken);
    }

    [Fact]
    public async Task Who_knows_a_session_id_cannot_end_the_session_with_a_made_up_token()
    {
        var alice = await _host.Person("alice");

        await Person.Refused(await Refresh(RefreshToken.First(alice.Tokens.Session).Write()), HttpStatusCode.Unauthorized, "identity.session_ended");

        await Person.Read<SessionTokens>(await Refresh(alice.Tokens.RefreshToken));
    }

    [Fact]
    public async Task After_signing_out_the_tokens_of_this_device_are_refused_and_those_of_another_are_good()
    {
        var alice = await _host.Person("alice");
        var tablet = await alice.AnotherDevice();

        Assert.Equal(HttpStatusCode.NoContent, (await alice.Send(HttpMethod.Post, "/v1/auth/logout")).StatusCode);

        await SessionEnded(alice.Tokens.AccessToken);
        await Person.Refused(await alice.Send(HttpMethod.Post, "/v1/auth/logout"), HttpStatusCode.Unauthorized, "identity.session_ended");
        await Person.Refused(await Refresh(alice.Tokens.RefreshToken), HttpStatusCode.Unauthorized, "identity.session_ended");
        Assert.Equal(alice.Id, (await Me(tablet.Tokens.AccessToken)).Id);
    }

    [Fact]
    public async Task A_session_that_ended_elsewhere_is_refused_here_too()
    {
        var alice = await _host.Person("alice");
        Assert.Equal(alice.Id, (await Me(alice.Tokens.AccessToken)).Id);

        await _host.Grains.GetGrain<ISessionGrain>(alice.Tokens.Session).End();

        await Waiting.Eventually(() => SessionEnded(alice.Tokens.AccessToken));
    }

    [Fact]
    public async Task After_the_keys_were_rotated_old_and_new_tokens_are_good()
    {
        var alice = await _host.Person("alice");

        await _host.Grains.GetGrain<IKeyRingGrain>(0).Rotate();
        var after = await alice.AnotherDevice();

        Assert.Equal(alice.Id, (await Me(alice.Tokens.AccessToken)).Id);
        Assert.Equal(alice.Id, (await Me(after.Tokens.AccessToken)).Id);
    }

    private static string NewHandle(string name) => $"{name}_{Guid.NewGuid():N}"[..20];

    private async Task<string> Wrong(string handle, string password)
    {
        using var answer = await Post("login", new { handle, password });
        var problem = await Person.Refused(answer, HttpStatusCode.Unauthorized, "identity.wrong_credentials");
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
        return string.Join('|', problem.EnumerateObject().Where(p => p.Name != "traceId").Select(p => $"{p.Name}={p.Value}"));
    }

    private async Task<ProfileView> Me(string accessToken) => await Person.Read<ProfileView>(await WithToken(accessToken));

    private async Task SessionEnded(string accessToken)
    {
        using var answer = await WithToken(accessToken);
        await Person.Refused(answer, HttpStatusCode.Unauthorized, "identity.session_ended");
        Assert.Equal("Bearer error=\"invalid_token\"", answer.Headers.WwwAuthenticate.ToString());
    }

    private async Task<HttpResponseMessage> WithToken(string accessToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/me") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", accessToken) } };
        return await _host.Http.SendAsync(request);
    }

    private async Task<HttpResponseMessage> Register(string handle, string password, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/auth/register") { Content = JsonContent.Create(new { handle, password }) };
        if (key is not null) request.Headers.Add(IdempotencyKey.Header, key);
        return await _host.Http.SendAsync(request);
    }

    private Task<HttpResponseMessage> Refresh(string refreshToken) => Post("refresh", new { refreshToken });

    private Task<HttpResponseMessage> Post(string route, object body) => _host.Http.PostAsJsonAsync($"/v1/auth/{route}", body);
}
