using System.Net;

namespace OrleansSocial.Users;

/// <summary>Many profiles at once.</summary>
[Collection(SharedApplication.Name)]
public sealed class ProfileListTests(SharedHost shared)
{
    private readonly SocialHost _host = shared.Host;

    [Fact]
    public async Task Anybody_reads_many_profiles_in_the_order_of_asking_each_once_and_without_those_who_do_not_exist()
    {
        var (alice, bob, carol) = await _host.Three();
        var nobody = UserId.From(Guid.NewGuid());
        await alice.Send(HttpMethod.Patch, "/v1/me", new { displayName = "Al 🎉", bio = "مرحبا" });

        var list = await Person.Read<ProfileList>(await List(string.Join(',', carol.Id, alice.Id, nobody, carol.Id, bob.Id, alice.Id)));

        Assert.Equal([carol.Id, alice.Id, bob.Id], list.Items.Select(profile => profile.Id));
        foreach (var profile in list.Items) Assert.Equal(profile, await carol.Get<ProfileView>($"/v1/users/{profile.Id}"));
        Assert.Equal(("Al 🎉", 2), (list.Items[1].DisplayName, list.Items[1].Version));
        Assert.Empty((await Person.Read<ProfileList>(await List($"{nobody}"))).Items);
    }

    [Fact]
    public async Task A_hundred_are_answered_and_one_more_or_none_is_refused()
    {
        var alice = await _host.Person("alice");
        string Ids(int count) => string.Join(',', Enumerable.Range(1, count - 1).Select(_ => Guid.NewGuid()).Append(alice.Id.Value));

        Assert.Equal([alice.Id], (await Person.Read<ProfileList>(await List(Ids(100)))).Items.Select(profile => profile.Id));
        await Person.Refused(await List(Ids(101)), HttpStatusCode.UnprocessableEntity, "users.ids_count");
        await Person.Refused(await List(string.Join(',', Enumerable.Repeat(alice.Id, 101))), HttpStatusCode.UnprocessableEntity, "users.ids_count");
        await Person.Refused(await List(""), HttpStatusCode.UnprocessableEntity, "users.ids_count");
        await Person.Refused(await _host.Http.GetAsync(new Uri("/v1/users", UriKind.Relative)), HttpStatusCode.UnprocessableEntity, "users.ids_count");
    }

    [Theory]
    [InlineData("alice")]
    [InlineData(",")]
    [InlineData("0198f3a2-0000-7000-8000-000000000000,")]
    [InlineData("0198f3a2-0000-7000-8000-000000000000,,0198f3a2-0000-7000-8000-000000000001")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("0198f3a2-0000-7000-8000-000000000000;0198f3a2-0000-7000-8000-000000000001")]
    [InlineData("0198f3a2-0000-7000-8000-000000000000'--")]
    public async Task What_is_no_list_of_people_is_malformed(string ids) => await Person.Refused(await List(Uri.EscapeDataString(ids)), HttpStatusCode.BadRequest, "request.malformed");

    [Fact]
    public async Task Whoever_has_the_list_as_it_is_is_told_so_without_a_body()
    {
        var (alice, bob) = (await _host.Person("alice"), await _host.Person("bob"));
        var path = new Uri($"/v1/users?ids={alice.Id},{bob.Id}", UriKind.Relative);
        async Task<HttpResponseMessage> Get(string? known = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (known is not null) request.Headers.TryAddWithoutValidation("If-None-Match", known);
            return await _host.Http.SendAsync(request);
        }

        var tag = (await Get()).Headers.ETag!.ToString();
        Assert.Equal(HttpStatusCode.NotModified, (await Get(tag)).StatusCode);
        await bob.Send(HttpMethod.Patch, "/v1/me", new { bio = "new" });

        Assert.Equal(HttpStatusCode.OK, (await Get(tag)).StatusCode);
    }

    [Fact]
    public async Task People_who_are_put_into_a_group_are_looked_for_without_a_grain_for_each()
    {
        var before = await SocialHost.Start();
        var (alice, bob, carol) = await before.Three();
        await before.DisposeAsync();
        await using var again = await SocialHost.Start(before.ConnectionString);

        var room = await alice.At(again).Group("of three", bob, carol);
        await room.As(alice.At(again)).TryRemove(bob);
        Assert.True((await room.As(alice.At(again)).TryInvite(bob)).IsSuccessStatusCode);

        var grains = await again.Grains.GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics();
        Assert.Contains(grains, one => one.GrainType.Contains("ConversationGrain", StringComparison.Ordinal));
        Assert.DoesNotContain(grains, one => one.GrainType.Contains("UserGrain", StringComparison.Ordinal) && one.ActivationCount > 0);
    }

    private Task<HttpResponseMessage> List(string ids) => _host.Http.GetAsync(new Uri($"/v1/users?ids={ids}", UriKind.Relative));
}
