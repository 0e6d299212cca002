namespace OrleansSocial.RateLimits;

/// <summary>The shared token buckets.</summary>
public static class RateLimitsModule
{
    /// <summary>Registers the slice. The limits themselves are options of the edge, which knows the routes.</summary>
    public static ISiloBuilder AddRateLimits(this ISiloBuilder silo) => silo;
}
