using OrleansSocial.Chat;

namespace OrleansSocial.Bookmarks;

/// <summary>Somebody has saved a message.</summary>
/// <param name="To">Who.</param>
/// <param name="Message">Which.</param>
/// <param name="SavedAt">When.</param>
[GenerateSerializer, Immutable, Alias("bookmarks.saved"), Told("bookmark.saved")]
public sealed record BookmarkSaved([property: Id(0)] UserId To, [property: Id(1)] MessageRef Message, [property: Id(2)] DateTimeOffset SavedAt) : IPersonal;

/// <summary>Somebody has removed a message from those that they had saved.</summary>
/// <param name="To">Who.</param>
/// <param name="Message">Which.</param>
[GenerateSerializer, Immutable, Alias("bookmarks.removed"), Told("bookmark.removed")]
public sealed record BookmarkRemoved([property: Id(0)] UserId To, [property: Id(1)] MessageRef Message) : IPersonal;
