using System.ComponentModel.DataAnnotations;

namespace OrleansSocial.Identity;

/// <summary>Accounts, sessions and tokens. Section <c>Social:Identity</c>.</summary>
public sealed class IdentityOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Social:Identity";

    /// <summary>The <c>iss</c> of access tokens; the same on every node.</summary>
    [Required, StringLength(200, MinimumLength = 1)]
    public string Issuer { get; set; } = "orleans-social";

    /// <summary>The <c>aud</c> of access tokens; the same on every node.</summary>
    [Required, StringLength(200, MinimumLength = 1)]
    public string Audience { get; set; } = "orleans-social";

    /// <summary>How long an access token is good, in minutes.</summary>
    [Range(1, 60)]
    public int AccessMinutes { get; set; } = 10;

    /// <summary>How far the clocks of two nodes may be apart, in seconds.</summary>
    [Range(0, 60)]
    public int ClockSkewSeconds { get; set; } = 5;

    /// <summary>How long a refresh token is good when it is not used, in days.</summary>
    [Range(1, 365)]
    public int RefreshDaysMax { get; set; } = 30;

    /// <summary>How long a device stays signed in at most, in days.</summary>
    [Range(1, 3650)]
    public int SessionDaysMax { get; set; } = 365;

    /// <summary>How old a signing key may become before a new one signs, in days.</summary>
    [Range(1, 365)]
    public int KeyDaysMax { get; set; } = 30;

    /// <summary>The passes of argon2id over its memory.</summary>
    [Range(1, 16)]
    public int HashOperations { get; set; } = 2;

    /// <summary>The memory of one argon2id hash, in KiB.</summary>
    [Range(8, 1048576)]
    public int HashMemoryKiB { get; set; } = 65536;

    /// <summary>How many passwords are hashed at once on a node; half of its processors unless told.</summary>
    [Range(1, 64)]
    public int HashParallelism { get; set; } = Math.Clamp(Environment.ProcessorCount / 2, 1, 64);

    /// <summary>How many passwords may wait for it; more are refused with <c>identity.busy</c>.</summary>
    [Range(1, 10000)]
    public int HashQueueMax { get; set; } = 64;

    /// <summary>What access tokens have in common.</summary>
    internal TokenTerms Terms() => new(Issuer, Audience, TimeSpan.FromMinutes(AccessMinutes), TimeSpan.FromSeconds(ClockSkewSeconds));
}
