namespace OrleansSocial.Users;

/// <summary>What people are told of those whom they know, and of themselves.</summary>
public static class UsersLive
{
    /// <summary>A person has changed their profile; the profile as it is now. Told to the person, and to those who are in a conversation with them.</summary>
    public static readonly LiveType<ProfileView> ProfileChanged = new("profile.changed");

    /// <summary>So many profiles have changed that they are not told one by one: read those again that you show. Told from a cursor only.</summary>
    public static readonly LiveType<ProfilesStale> ProfilesStale = new("profiles.stale");
}

/// <summary>Any profile may have changed.</summary>
[GenerateSerializer, Immutable, Alias("users.profiles-stale")]
public sealed record ProfilesStale;
