using OrleansSocial.Chat;

namespace OrleansSocial.Bookmarks;

/// <summary>The messages that one person has saved. Key: user id.</summary>
[Alias("bookmarks.bookmarks")]
public interface IBookmarksGrain : IGrainWithGuidKey
{
    /// <summary>Saves a message of a conversation that the person is in. Again: the answer of the first time, and nothing else happens.</summary>
    [Alias("save"), Refuses("bookmarks.message_not_found", "bookmarks.too_many")]
    Task<Outcome<Bookmark>> Save(MessageRef message);

    /// <summary>Removes a message, whether its conversation can still be read or not. Again, or when it is not saved: nothing happens.</summary>
    [Alias("remove")]
    Task<Outcome<Done>> Remove(MessageRef message);

    /// <summary>A page of what is saved, the newest first. Messages of conversations that the person has left are not among it, and are again when they come back.</summary>
    [Alias("list"), Refuses("request.bad_cursor")]
    Task<Outcome<Page<Bookmark>>> List(PageAsk ask);
}

/// <summary>A message that somebody has saved.</summary>
/// <param name="Message">As it is now; its text is empty when it was deleted.</param>
/// <param name="SavedAt">When it was saved.</param>
[GenerateSerializer, Immutable, Alias("bookmarks.bookmark")]
public sealed record Bookmark([property: Id(0)] MessageView Message, [property: Id(1)] DateTimeOffset SavedAt);
