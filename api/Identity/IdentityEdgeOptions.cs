using System.ComponentModel.DataAnnotations;

namespace OrleansSocial.Identity;

/// <summary>How the edge verifies access tokens. Section <c>Social:Identity</c>, shared with the silo, so that both mean the same tokens.</summary>
public sealed class IdentityEdgeOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Social:Identity";

    /// <summary>The <c>iss</c> that is believed.</summary>
    [Required, StringLength(200, MinimumLength = 1)]
    public string Issuer { get; set; } = "orleans-social";

    /// <summary>The <c>aud</c> that is believed.</summary>
    [Required, StringLength(200, MinimumLength = 1)]
    public string Audience { get; set; } = "orleans-social";

    /// <summary>How long an access token is good at most, in minutes.</summary>
    [Range(1, 60)]
    public int AccessMinutes { get; set; } = 10;

    /// <summary>How far the clocks of two nodes may be apart, in seconds.</summary>
    [Range(0, 60)]
    public int ClockSkewSeconds { get; set; } = 5;

    /// <summary>How often this node asks which sessions have ended, in milliseconds.</summary>
    [Range(50, 500)]
    public int EndedSessionsPollMilliseconds { get; set; } = 400;

    /// <summary>How many verified tokens are remembered, so that a signature is checked once and not with each request.</summary>
    [Range(0, 1000000)]
    public int VerifiedTokensMax { get; set; } = 20000;

    /// <summary>What tokens have in common.</summary>
    internal TokenTerms Terms() => new(Issuer, Audience, TimeSpan.FromMinutes(AccessMinutes), TimeSpan.FromSeconds(ClockSkewSeconds));
}
