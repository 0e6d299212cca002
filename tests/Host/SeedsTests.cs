using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansSocial.Host;

public sealed class SeedsTests
{
    [Fact]
    public async Task Alice_bob_and_carol_are_there_from_the_first_start_and_stay_as_they_are()
    {
        await using var first = await Start(null);
        var carol = await SignIn(first, "carol");
        await first.Stop();

        await using var second = await Start(first.ConnectionString);
        Assert.Equal(carol, await SignIn(second, "carol"));
        Assert.NotEqual(await SignIn(second, "alice"), await SignIn(second, "bob"));
        Assert.Contains(("people to try", $"alice, bob, carol (password: {Person.Password})"), second.Services.GetRequiredService<Seeds>().Offers);
    }

    [Fact]
    public async Task Slices_seed_in_the_order_in_which_they_are_listed_each_after_those_that_it_may_stand_on()
    {
        await using var host = await Start(null);
        var listed = Slice.All.Select(slice => slice.Name).ToList();

        var seeding = host.Services.GetServices<ISeed>().Select(seed => listed.IndexOf(seed.GetType().Namespace!.Split('.')[^1])).ToList();

        Assert.Contains(listed.IndexOf("Identity"), seeding);
        Assert.DoesNotContain(-1, seeding);
        Assert.Equal(seeding.Order(), seeding);
    }

    [Fact]
    public async Task Where_it_is_not_wanted_nobody_is_seeded_and_nothing_is_offered()
    {
        await using var host = await SocialHost.Start();

        Assert.Equal(HttpStatusCode.NotFound, (await host.Http.GetAsync(new Uri("/v1/users/by-handle/alice", UriKind.Relative))).StatusCode);
        Assert.Empty(host.Services.GetRequiredService<Seeds>().Offers);
    }

    private static Task<SocialHost> Start(string? database) => SocialHost.Start(database, builder => builder.Configuration["Social:Node:Seed"] = "true");

    private static async Task<UserId> SignIn(SocialHost host, string handle) =>
        (await Person.Read<Identity.SessionTokens>(await host.Http.PostAsJsonAsync("/v1/auth/login", new { handle, password = Person.Password }))).User;
}
