using Orleans.Concurrency;

namespace OrleansSocial.Users;

/// <summary>One person's profile. Key: user id.</summary>
[Alias("users.user")]
public interface IUserGrain : IGrainWithGuidKey
{
    /// <summary>Makes the profile of a new account. The same again changes nothing.</summary>
    [Alias("create"), ClusterOnly]
    Task<Outcome<ProfileView>> Create(string handle, string displayName);

    /// <summary>The profile.</summary>
    /// <remarks>Refusals: <c>users.not_found</c>.</remarks>
    [Alias("get"), ReadOnly]
    Task<Outcome<ProfileView>> Get();

    /// <summary>Changes the profile and raises its version; a change that changes nothing does not.</summary>
    /// <remarks>Refusals, in order: <c>users.not_found</c>, <c>users.display_name</c>, <c>users.bio</c>, <c>request.text_not_storable</c>, <c>users.version</c>.</remarks>
    [Alias("change")]
    Task<Outcome<ProfileView>> Change(ChangeProfile change);
}
