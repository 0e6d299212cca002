namespace OrleansSocial.Bookmarks;

/// <summary>Every refusal of this slice.</summary>
public static class BookmarkRefusals
{
    /// <summary>No such message, or the person is not in its conversation.</summary>
    public static readonly Refusal MessageNotFound = new("bookmarks.message_not_found", Kind.NotFound, "There is no such message in your conversations.");

    /// <summary>As many are saved as may be.</summary>
    public static readonly Refusal TooMany = new("bookmarks.too_many", Kind.Conflict, "You have saved as many messages as this server keeps; remove some first.");
}
