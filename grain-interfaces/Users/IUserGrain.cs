using Orleans.Concurrency;

namespace OrleansSocial.Users;

/// <summary>One person's profile. Key: user id.</summary>
[Alias("users.user")]
public interface IUserGrain : IGrainWithGuidKey
{
    /// <summary>Makes the profile of a new account. The same again changes nothing.</summary>
    [Alias("create"), ClusterOnly, Refuses("users.display_name", "request.text_not_storable", "request.label")]
    Task<Outcome<ProfileView>> Create(string handle, string displayName);

    /// <summary>The profile.</summary>
    [Alias("get"), ReadOnly, Refuses("users.not_found")]
    Task<Outcome<ProfileView>> Get();

    /// <summary>Changes the profile and raises its version; a change that changes nothing does not. Blanks of a name are joined, and those around it taken away.</summary>
    [Alias("change"), Refuses("users.not_found", "users.display_name", "request.text_not_storable", "request.label", "users.bio", "request.version_changed")]
    Task<Outcome<ProfileView>> Change(ChangeProfile change);
}
