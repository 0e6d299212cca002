using System.ComponentModel.DataAnnotations;

namespace OrleansSocial.Kernel;

/// <summary>How this node talks to PostgreSQL. Section <c>Social:Database</c>; the address itself is <c>ConnectionStrings:Postgres</c>, and <c>ConnectionStrings:PostgresDirect</c> where that one leads through a pooler.</summary>
public sealed class DatabaseOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Social:Database";

    /// <summary>Most connections that this node opens at once.</summary>
    [Range(4, 1000)]
    public int ConnectionsMax { get; set; } = 40;

    /// <summary>Most connections for grain state and reminders where <c>ConnectionStrings:PostgresDirect</c> leads them past a pooler; otherwise they share the pool above.</summary>
    [Range(1, 1000)]
    public int DirectConnectionsMax { get; set; } = 10;

    /// <summary>Most connections for the membership of the cluster, which no load of the others can take from it.</summary>
    [Range(1, 100)]
    public int ClusterConnectionsMax { get; set; } = 3;

    /// <summary>How long a connection attempt may take before the database counts as away.</summary>
    [Range(1, 60)]
    public int ConnectSecondsMax { get; set; } = 5;

    /// <summary>How long one statement may take before it is given up.</summary>
    [Range(1, 600)]
    public int StatementSecondsMax { get; set; } = 15;

    /// <summary>How many statements each connection keeps prepared. Zero where a proxy hands connections out per transaction.</summary>
    [Range(0, 1000)]
    public int PreparedStatementsMax { get; set; } = 100;
}
