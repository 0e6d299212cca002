using System.ComponentModel.DataAnnotations;

namespace OrleansSocial.Bookmarks;

/// <summary>Limits of saved messages. Section <c>Social:Bookmarks</c>.</summary>
public sealed class BookmarksOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Social:Bookmarks";

    /// <summary>How many messages a person may have saved.</summary>
    [Range(1, 1_000_000)]
    public int CountMax { get; set; } = 10_000;
}
