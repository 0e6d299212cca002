using System.ComponentModel.DataAnnotations;

namespace OrleansSocial.Users;

/// <summary>Limits of profiles. Section <c>Social:Users</c>.</summary>
public sealed class UsersOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Social:Users";

    /// <summary>How many people are told live that somebody's profile has changed; the others hear it from their cursor.</summary>
    [Range(1, 100_000)]
    public int ToldPeopleMax { get; set; } = 5_000;

    /// <summary>At how many changed profiles a cursor looks; beyond it tells that any may have changed.</summary>
    [Range(10, 100_000)]
    public int ReplayProfilesMax { get; set; } = 2_000;
}
