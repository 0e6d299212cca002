using System.ComponentModel.DataAnnotations;

namespace OrleansSocial.Postgres;

/// <summary>The PostgreSQL that the silo starts for itself when no other is named. Section <c>Social:Postgres</c>.</summary>
public sealed class EmbeddedOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Social:Postgres";

    /// <summary>How long PostgreSQL may take to start, crash recovery included.</summary>
    [Range(5, 86_400)]
    public int StartSecondsMax { get; set; } = 600;

    /// <summary>How long a starting process waits for the data folder while another one still holds it.</summary>
    [Range(0, 3600)]
    public int ClaimSecondsMax { get; set; } = 30;

    /// <summary>How long PostgreSQL may take to stop.</summary>
    [Range(5, 3600)]
    public int StopSecondsMax { get; set; } = 60;

    /// <summary>Memory that PostgreSQL keeps pages in.</summary>
    [Range(16, 1_048_576)]
    public int SharedBuffersMegabytes { get; set; } = 256;

    /// <summary>Most connections that PostgreSQL takes.</summary>
    [Range(10, 2000)]
    public int ConnectionsMax { get; set; } = 120;

    /// <summary>How large PostgreSQL's own log may become before it is put aside; the one that was put aside before is dropped then.</summary>
    [Range(1, 1024)]
    public int LogMegabytesMax { get; set; } = 8;
}
