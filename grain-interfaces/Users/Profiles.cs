namespace OrleansSocial.Users;

/// <summary>How long the texts of a profile may be, and how many are read at once.</summary>
public static class ProfileLimits
{
    /// <summary>The most characters of a display name, as people see them.</summary>
    public const int DisplayNameCharsMax = 50;

    /// <summary>The most characters of a bio, as people see them.</summary>
    public const int BioCharsMax = 300;

    /// <summary>The most people whose profiles are read at once.</summary>
    public const int IdsMax = 100;
}

/// <summary>What everyone may see of a person.</summary>
/// <param name="Id">Who.</param>
/// <param name="Handle">Their unique name, in lower case.</param>
/// <param name="DisplayName">1 to 50 characters.</param>
/// <param name="Bio">0 to 300 characters.</param>
/// <param name="CreatedAt">When the account was opened, UTC.</param>
/// <param name="Version">1, and one more for each change; the ETag of the public route.</param>
[GenerateSerializer, Immutable, Alias("users.profile")]
public sealed record ProfileView(
    [property: Id(0)] UserId Id,
    [property: Id(1)] string Handle,
    [property: Id(2)] string DisplayName,
    [property: Id(3)] string Bio,
    [property: Id(4)] DateTimeOffset CreatedAt,
    [property: Id(5)] int Version);

/// <summary>Changes of a profile; what is null stays.</summary>
/// <param name="DisplayName">1 to 50 characters.</param>
/// <param name="Bio">0 to 300 characters.</param>
/// <param name="IfVersion">Apply only to this version; null applies to any.</param>
[GenerateSerializer, Immutable, Alias("users.change")]
public sealed record ChangeProfile([property: Id(0)] string? DisplayName, [property: Id(1)] string? Bio, [property: Id(2)] int? IfVersion = null);
