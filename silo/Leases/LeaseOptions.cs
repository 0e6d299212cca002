using System.ComponentModel.DataAnnotations;

namespace OrleansSocial.Leases;

/// <summary>The lease under which this node serves and writes. Section <c>Social:Lease</c>.</summary>
internal sealed class LeaseOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Social:Lease";

    /// <summary>How long a lease lasts on the database's clock when it is not renewed; it is renewed six times as often. What a silo that died
    /// held goes on elsewhere after this time.</summary>
    [Range(1, 600)]
    public int LeaseSeconds { get; set; } = 3;

    /// <summary>How long a starting process waits for what another one still holds: the data folder, or leases of another engine.</summary>
    [Range(0, 3600)]
    public int ClaimSecondsMax { get; set; } = 30;

    /// <summary>The lease as a time.</summary>
    public TimeSpan Duration => TimeSpan.FromSeconds(LeaseSeconds);

    /// <summary>The time between two renewals.</summary>
    public TimeSpan RenewPeriod => Duration / 6;
}
