using System.ComponentModel.DataAnnotations;

namespace OrleansSocial.Leases;

/// <summary>The lease under which this node writes. Section <c>Social:Lease</c>.</summary>
internal sealed class LeaseOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Social:Lease";

    /// <summary>How long a lease lasts on the database's clock when it is not renewed. It is renewed five times as often.</summary>
    [Range(2, 600)]
    public int LeaseSeconds { get; set; } = 15;

    /// <summary>How long a starting silo waits for another one to give the database free.</summary>
    [Range(0, 3600)]
    public int ClaimSecondsMax { get; set; } = 30;
}
