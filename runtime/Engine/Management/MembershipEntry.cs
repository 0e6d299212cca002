using Orleans.Runtime;

namespace Orleans;

/// <summary>A member of the cluster, for people and dashboards.</summary>
[GenerateSerializer, Immutable]
public sealed class MembershipEntry
{
    /// <summary>The address of the silo.</summary>
    [Id(0)]
    public SiloAddress SiloAddress { get; set; } = SiloAddress.Zero;

    /// <summary>What it is doing.</summary>
    [Id(1)]
    public SiloStatus Status { get; set; }

    /// <summary>Its port for clients; 0 for none.</summary>
    [Id(2)]
    public int ProxyPort { get; set; }

    /// <summary>The name of its machine.</summary>
    [Id(3)]
    public string HostName { get; set; } = "";

    /// <summary>Its name.</summary>
    [Id(4)]
    public string SiloName { get; set; } = "";

    /// <summary>When it started, in UTC by its own clock, to the second.</summary>
    [Id(5)]
    public DateTime StartTime { get; set; }

    /// <summary>When it answered, in UTC by its own clock.</summary>
    [Id(6)]
    public DateTime IAmAliveTime { get; set; }
}
