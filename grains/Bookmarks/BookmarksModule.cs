using Microsoft.Extensions.DependencyInjection;

namespace OrleansSocial.Bookmarks;

/// <summary>Messages that people save for themselves.</summary>
public static class BookmarksModule
{
    /// <summary>Registers the slice.</summary>
    public static ISiloBuilder AddBookmarks(this ISiloBuilder silo)
    {
        silo.Services.AddSingleton<BookmarkStore>();
        return silo;
    }
}
