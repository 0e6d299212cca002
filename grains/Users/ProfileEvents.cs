namespace OrleansSocial.Users;

/// <summary>What people hear of profiles, live and again from their cursor: one event for one fact, however it is told.</summary>
internal static class ProfileEvents
{
    private static readonly Guid s_stale = new("2d7be0a4-51c8-4f0e-9c3b-8a64d10f5b03");

    /// <summary>A person has one profile, so its number is 1, and its version tells which is newer.</summary>
    public static LiveEvent Changed(ProfileView profile) => UsersLive.ProfileChanged.Of(profile, profile.Id, seq: 1, profile.Version);

    /// <summary>Another one with every change, so that whoever has read profiles again since the last one reads them once more.</summary>
    /// <param name="newest">The transaction of the newest change.</param>
    public static LiveEvent Stale(ulong newest) => UsersLive.ProfilesStale.Of(new ProfilesStale(), s_stale, (long)newest);
}
