using System.Globalization;
using System.Security.Cryptography;
using System.Text;
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
        v1.MapGet("/me", Me).WithTags("Users").Signed().Limited(Rate.Reads).Repeated().WithSummary("One's own profile")
            .Asks<IUserGrain>(nameof(IUserGrain.Get));
        v1.MapPatch("/me", Change).WithTags("Users").Signed().Limited(Rate.Writes).RepeatedWhen("without-if-match", (ProfileTag onlyIf) => onlyIf.Version is null)
            .BodyBytesMax(BodyBytesMax).WithSummary("Change one's profile").Asks<IUserGrain>(nameof(IUserGrain.Change));

        var users = v1.MapGroup("/users").WithTags("Users");
        users.MapGet("", List).Public().Limited(Rate.Reads).LimitedByWork<string>(ids => ids.Count(c => c == ',') + 1).Repeated().Tagged((ProfileList list) => Tag(list))
            .WithSummary("Profiles of many people").Refuses(CommonRefusals.Malformed).Asks<IProfilesGrain>(nameof(IProfilesGrain.List));
        users.MapGet("/{id}", Get).Public().Limited(Rate.Reads).Repeated().Tagged((ProfileView p) => ProfileTag.Write(p.Version))
            .WithSummary("A profile").Asks<IUserGrain>(nameof(IUserGrain.Get));
        users.MapGet("/by-handle/{handle}", ByHandle).Public().Limited(Rate.Reads).Repeated().Tagged((ProfileView p) => ProfileTag.Write(p.Version))
            .WithSummary("The profile behind a handle").Refuses(UserRefusals.NotFound)
            .Asks<IAccountGrain>(nameof(IAccountGrain.Find)).Asks<IUserGrain>(nameof(IUserGrain.Get));
        return v1;
    }

    private static Task<Outcome<ProfileView>> Me(Caller caller, IGrainFactory grains) => grains.GetGrain<IUserGrain>(caller.User).Get();

    private static Task<Outcome<ProfileView>> Change(ProfileChange body, ProfileTag onlyIf, Caller caller, IGrainFactory grains) =>
        grains.GetGrain<IUserGrain>(caller.User).Change(new(body.DisplayName, body.Bio, onlyIf.Version));

    private static async Task<Outcome<ProfileList>> List(IGrainFactory grains, [FromQuery] string? ids)
    {
        var people = new List<UserId>();
        foreach (var id in string.IsNullOrEmpty(ids) ? [] : ids.Split(','))
        {
            if (!UserId.TryParse(id, null, out var user)) return CommonRefusals.Malformed;
            people.Add(user);
        }

        return await grains.GetGrain<IProfilesGrain>(0).List(people);
    }

    private static string Tag(ProfileList list)
    {
        var said = string.Join(' ', list.Items.Select(profile => string.Create(CultureInfo.InvariantCulture, $"{profile.Id}:{profile.Version}")));
        return $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(said)).AsSpan(0, 16))}\"";
    }

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

/// <summary>The version that <c>If-Match</c> names; null when any will do.</summary>
/// <param name="Version">Which.</param>
public readonly record struct ProfileTag(int? Version)
{
    /// <summary>A version that no profile has.</summary>
    private const int NoVersion = 0;

    /// <summary>The entity tag of a version.</summary>
    public static string Write(int version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>Binds a handler's parameter: absent or a star is any version; a tag that is not of ours matches none; more than one tag is malformed.</summary>
    public static ValueTask<ProfileTag> BindAsync(HttpContext context)
    {
        var header = context.Request.Headers.IfMatch;
        if (header.Count == 0 || header is ["*"]) return ValueTask.FromResult(default(ProfileTag));
        if (header is not [{ Length: >= 2 } tag] || tag[^1] != '"' || tag.Contains(','))
            throw new BadHttpRequestException("If-Match is one entity tag in quotes, or a star.");
        var ours = tag[0] == '"' && int.TryParse(tag.AsSpan(1, tag.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : NoVersion;
        return ValueTask.FromResult(new ProfileTag(ours));
    }
}
