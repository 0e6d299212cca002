using System.Collections.Frozen;
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

    internal static RateLimitOption Of(Rate rate) => new() { TokensMax = rate.TokensMax, TokensPerSecond = rate.TokensPerSecond };
}

/// <summary>How often requests may come. Section <c>Social:RateLimits</c>. Signed requests count per person, others per address (IPv6: per /64).</summary>
public sealed class RateLimitsOptions : INamedOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Social:RateLimits";

    private readonly FrozenDictionary<string, RateLimitOption> _limits =
        Rates.All.ToFrozenDictionary(rate => rate.Key, rate => RateLimitOption.Of(rate.Value), StringComparer.OrdinalIgnoreCase);

    /// <summary>How many buckets this node holds tokens of; the least useful are given back beyond it.</summary>
    [Range(100, 10000000)]
    public int BucketsMax { get; set; } = 100000;

    /// <summary>How long this node keeps tokens that nobody asks for, in seconds.</summary>
    [Range(1, 3600)]
    public int LeaseSecondsMax { get; set; } = 10;

    /// <summary>The part of a bucket that this node takes at once, so that most requests ask no other node.</summary>
    [Range(0, 0.5)]
    public double LeaseShareMax { get; set; } = 0.1;

    /// <summary>Networks (such as 10.0.0.0/8) whose X-Forwarded-For and X-Forwarded-Proto are believed. Empty: nobody's are.</summary>
    public IList<string> TrustedProxies { get; init; } = [];

    /// <summary>Whether their X-Forwarded-Host is believed as well.</summary>
    public bool TrustsForwardedHost { get; set; }

    /// <summary>The rate classes that slices declare: each has its limit here, under its name.</summary>
    public IEnumerable<string> Names => _limits.Keys.Order(StringComparer.Ordinal);

    /// <inheritdoc/>
    public object? Find(string name) => _limits.GetValueOrDefault(name);

    /// <summary>The limit of a bucket of a class.</summary>
    internal RateLimitOption Of(Rate rate) => _limits[rate.Name];
}

/// <summary>Finds the faults of the networks, which an attribute cannot tell.</summary>
internal sealed class RateLimitsOptionsCheck : IValidateOptions<RateLimitsOptions>
{
    public ValidateOptionsResult Validate(string? name, RateLimitsOptions options)
    {
        var faults = options.TrustedProxies.Where(n => !IPNetwork.TryParse(n, out _))
            .Select(n => $"{RateLimitsOptions.Section}:TrustedProxies: '{n}' is not a network such as 10.0.0.0/8.").ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
