using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using OrleansSocial.Identity;
using OrleansSocial.RateLimits;

namespace OrleansSocial.Users;

/// <summary>Profiles: one's own to change, everyone's to read.</summary>
public static class UsersEndpoints
{
    // The longest bio that is taken, with each of its code points as two escapes.
    private const int BodyBytesMax = 16 * 1024 + ProfileLimits.BioCharsMax;

    /// <summary>Maps the slice's routes, under the group of the version.</summary>
    public static IEndpointRouteBuilder MapUsers(this IEndpointRouteBuilder v1)
    {
        v1.MapGet("/me", Me).WithTags("Users").Signed().Limited(Rate.Reads).Repeated().Tagged((ProfileView p) => p.Version).WithSummary("One's own profile")
            .Asks<IUserGrain>(nameof(IUserGrain.Get));
        v1.MapPatch("/me", Change).WithTags("Users").Signed().Limited(Rate.Writes).RepeatedWithoutIfMatch().Tagged((ProfileView p) => p.Version)
            .BodyBytesMax(BodyBytesMax).WithSummary("Change one's profile").Asks<IUserGrain>(nameof(IUserGrain.Change));

        var users = v1.MapGroup("/users").WithTags("Users");
        users.MapGet("", List).Public().Limited(Rate.Reads).LimitedByWork<string>(ids => ids.Count(c => c == ',') + 1).Repeated().Tagged((ProfileList list) => Said(list))
            .WithSummary("Profiles of many people").Refuses(CommonRefusals.Malformed).Asks<IProfilesGrain>(nameof(IProfilesGrain.List));
        users.MapGet("/{id}", Get).Public().Limited(Rate.Reads).Repeated().Tagged((ProfileView p) => p.Version)
            .WithSummary("A profile").Asks<IUserGrain>(nameof(IUserGrain.Get));
        users.MapGet("/by-handle/{handle}", ByHandle).Public().Limited(Rate.Reads).Repeated().Tagged((ProfileView p) => p.Version)
            .WithSummary("The profile behind a handle").Refuses(UserRefusals.NotFound)
            .Asks<IAccountGrain>(nameof(IAccountGrain.Find)).Asks<IUserGrain>(nameof(IUserGrain.Get));
        return v1;
    }

    private static Task<Outcome<ProfileView>> Me(Caller caller, IGrainFactory grains) => grains.GetGrain<IUserGrain>(caller.User).Get();

    private static Task<Outcome<ProfileView>> Change(ProfileChange body, IfMatch onlyIf, Caller caller, IGrainFactory grains) =>
        onlyIf.Change(version => grains.GetGrain<IUserGrain>(caller.User).Change(new(body.DisplayName, body.Bio, version)));

    private static async Task<Outcome<ProfileList>> List(IGrainFactory grains, [FromQuery] string? ids) =>
        IdList.Read<UserId>(nameof(ids), string.IsNullOrEmpty(ids) ? [] : ids.Split(',')).TryGet(out var people, out var refusal)
            ? await grains.GetGrain<IProfilesGrain>(0).List(people)
            : refusal;

    private static string Said(ProfileList list) =>
        string.Join(' ', list.Items.Select(profile => string.Create(CultureInfo.InvariantCulture, $"{profile.Id}:{profile.Version}")));

    private static Task<Outcome<ProfileView>> Get(UserId id, IGrainFactory grains) => grains.GetGrain<IUserGrain>(id).Get();

    private static async Task<Outcome<ProfileView>> ByHandle(string handle, IGrainFactory grains)
    {
        if (!Handles.TryNormalize(handle, out var name)) return UserRefusals.NotFound;
        return await grains.GetGrain<IAccountGrain>(Handles.AccountKey(name)).Find() is { } user
            ? await grains.GetGrain<IUserGrain>(user).Get()
            : UserRefusals.NotFound;
    }
}

/// <summary>Changes of one's profile; what is absent stays.</summary>
/// <param name="DisplayName">1 to 50 characters.</param>
/// <param name="Bio">0 to 300 characters.</param>
public sealed record ProfileChange(string? DisplayName = null, string? Bio = null);
