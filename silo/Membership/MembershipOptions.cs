using System.ComponentModel.DataAnnotations;

namespace OrleansSocial.Membership;

/// <summary>How silos find each other and notice who is gone. Section <c>Social:Membership</c>; where the members stand is
/// <c>ConnectionStrings:Redis</c> or else <c>ConnectionStrings:Postgres</c>.</summary>
internal sealed class MembershipOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Social:Membership";

    /// <summary>The name under <c>ConnectionStrings</c> that says where Redis is.</summary>
    public const string RedisName = "Redis";

    /// <summary>How long the first answer of a neighbour may take; later ones get what they usually take and half of this.</summary>
    [Range(1, 60)]
    public int ProbeSeconds { get; set; } = 2;

    /// <summary>Most that an answer may take. A silo that stands still for longer than all missed answers together is replaced.</summary>
    [Range(1, 120)]
    public int ProbeSecondsMax { get; set; } = 3;

    /// <summary>So many answers missed one after the other make a neighbour suspect.</summary>
    [Range(1, 20)]
    public int MissedProbesMax { get; set; } = 3;

    /// <summary>How often a silo reads the members although nobody told it of a change, and says that it lives.</summary>
    [Range(1, 300)]
    public int RefreshSeconds { get; set; } = 5;

    /// <summary>How often a silo writes its heartbeat, in milliseconds. Cursors are given out up to the newest.</summary>
    [Range(50, 10_000)]
    public int HeartbeatMilliseconds { get; set; } = 500;

    /// <summary>How silos find out where a grain is: <c>local</c>, each of them a share of the table, or <c>distributed</c>, with ranges that are handed over.</summary>
    [RegularExpression("^(local|distributed)$", ErrorMessage = "is local or distributed.")]
    public string Directory { get; set; } = "local";

    /// <summary>What keeps the members; set from the connection strings.</summary>
    internal string Kind { get; set; } = "postgresql";
}
