using System.ComponentModel.DataAnnotations;

namespace OrleansSocial.Kernel;

/// <summary>How writes share transactions. Section <c>Social:GroupCommit</c>.</summary>
public sealed class GroupCommitOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Social:GroupCommit";

    /// <summary>How many transactions may be under way at once. Writes of one owner always go through the same lane. One makes the
    /// largest transactions and so the cheapest writes; more of them pay where PostgreSQL has processors to spare.</summary>
    [Range(1, 32)]
    public int LanesMax { get; set; } = 1;

    /// <summary>Most writes in one transaction. More of them cost each less, and wait longer.</summary>
    [Range(1, 10_000)]
    public int BatchWritesMax { get; set; } = 500;

    /// <summary>Most characters of text in one transaction.</summary>
    [Range(10_000, 10_000_000)]
    public int BatchCharsMax { get; set; } = 1_000_000;

    /// <summary>Most writes that wait in one lane; what comes beyond is refused at once.</summary>
    [Range(1, 1_000_000)]
    public int QueueWritesMax { get; set; } = 20_000;
}
