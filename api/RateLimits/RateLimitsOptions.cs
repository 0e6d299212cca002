using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace OrleansSocial.RateLimits;

/// <summary>One bucket's limit.</summary>
public sealed class RateLimitOption
{
    /// <summary>How many requests may come at once.</summary>
    [Range(1, 1e9)]
    public double TokensMax { get; set; }

    /// <summary>How fast the bucket refills.</summary>
    [Range(1e-6, 1e9)]
    public double TokensPerSecond { get; set; }

    /// <summary>The limit as buckets take it.</summary>
    internal RateLimit Limit() => new(TokensMax, TokensPerSecond);

    internal static RateLimitOption Of(double tokensMax, double tokensPerSecond) => new() { TokensMax = tokensMax, TokensPerSecond = tokensPerSecond };
}

/// <summary>How often requests may come. Section <c>Social:RateLimits</c>. Signed requests count per person, others per address (IPv6: per /64).</summary>
public sealed class RateLimitsOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Social:RateLimits";

    /// <summary>Opening accounts.</summary>
    public RateLimitOption Register { get; set; } = RateLimitOption.Of(20, 1 / 30d);

    /// <summary>Signing in, per address.</summary>
    public RateLimitOption Login { get; set; } = RateLimitOption.Of(30, 0.5);

    /// <summary>Signing in, per name that is tried.</summary>
    public RateLimitOption LoginName { get; set; } = RateLimitOption.Of(10, 0.1);

    /// <summary>Exchanging refresh tokens and signing out.</summary>
    public RateLimitOption Refresh { get; set; } = RateLimitOption.Of(60, 2);

    /// <summary>Sending and changing messages.</summary>
    public RateLimitOption Messages { get; set; } = RateLimitOption.Of(60, 20);

    /// <summary>Every other change.</summary>
    public RateLimitOption Writes { get; set; } = RateLimitOption.Of(60, 5);

    /// <summary>Reading.</summary>
    public RateLimitOption Reads { get; set; } = RateLimitOption.Of(300, 50);

    /// <summary>Opening live connections, and notices such as typing.</summary>
    public RateLimitOption Live { get; set; } = RateLimitOption.Of(120, 10);

    /// <summary>How many buckets this node holds tokens of; the least useful are given back beyond it.</summary>
    [Range(100, 10000000)]
    public int BucketsMax { get; set; } = 100000;

    /// <summary>How long this node keeps tokens that nobody asks for, in seconds.</summary>
    [Range(1, 3600)]
    public int LeaseSecondsMax { get; set; } = 10;

    /// <summary>The part of a bucket that this node takes at once, so that most requests ask no other node.</summary>
    [Range(0, 0.5)]
    public double LeaseShareMax { get; set; } = 0.1;

    /// <summary>Networks (such as 10.0.0.0/8) whose X-Forwarded-For is believed. Empty: nobody's is.</summary>
    public IList<string> TrustedProxies { get; init; } = [];

    /// <summary>The limit of a bucket: that of its class, and of login names their own.</summary>
    internal RateLimitOption Of(RateKey key) => key.Rate switch
    {
        Rate.Register => Register,
        Rate.Login => key.Subject == RateSubject.Name ? LoginName : Login,
        Rate.Refresh => Refresh,
        Rate.Messages => Messages,
        Rate.Writes => Writes,
        Rate.Live => Live,
        _ => Reads,
    };
}

/// <summary>Finds every fault of the options: of the limits, which the attributes alone do not reach, and of the networks.</summary>
internal sealed class RateLimitsOptionsCheck : IValidateOptions<RateLimitsOptions>
{
    public ValidateOptionsResult Validate(string? name, RateLimitsOptions options)
    {
        var faults = new List<string>();
        foreach (var property in typeof(RateLimitsOptions).GetProperties().Where(p => p.PropertyType == typeof(RateLimitOption)))
        {
            if (property.GetValue(options) is not RateLimitOption limit) continue;
            var results = new List<ValidationResult>();
            Validator.TryValidateObject(limit, new ValidationContext(limit), results, validateAllProperties: true);
            faults.AddRange(results.Select(r => $"{RateLimitsOptions.Section}:{property.Name}: {r.ErrorMessage}"));
        }

        faults.AddRange(options.TrustedProxies.Where(n => !IPNetwork.TryParse(n, out _))
            .Select(n => $"{RateLimitsOptions.Section}:TrustedProxies: '{n}' is not a network such as 10.0.0.0/8."));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
