using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrleansSocial.Chat;

namespace OrleansSocial.Bookmarks;

/// <summary>Messages that the caller has saved.</summary>
public static class BookmarksEndpoints
{
    /// <summary>Maps the slice's routes, under the group of the version.</summary>
    public static IEndpointRouteBuilder MapBookmarks(this IEndpointRouteBuilder v1)
    {
        var bookmarks = v1.MapGroup("/bookmarks").WithTags("Bookmarks");
        bookmarks.MapGet("", List).Signed().Limited(Rate.Reads).Repeated().WithSummary("Saved messages, the newest first").Paged()
            .Asks<IBookmarksGrain>(nameof(IBookmarksGrain.List));
        bookmarks.MapPut("/{conversation}/{seq:long}", Save).Signed().Limited(Rate.Writes).Repeated().WithSummary("Save a message")
            .Asks<IBookmarksGrain>(nameof(IBookmarksGrain.Save));
        bookmarks.MapDelete("/{conversation}/{seq:long}", Remove).Signed().Limited(Rate.Writes).Repeated().WithSummary("Remove a saved message")
            .Asks<IBookmarksGrain>(nameof(IBookmarksGrain.Remove));
        return v1;
    }

    private static Task<Outcome<Page<Bookmark>>> List([AsParameters] PageQuery page, Caller caller, IGrainFactory grains) =>
        page.Read(grains.GetGrain<IBookmarksGrain>(caller.User).List);

    private static Task<Outcome<Bookmark>> Save(ConversationId conversation, long seq, Caller caller, IGrainFactory grains) =>
        grains.GetGrain<IBookmarksGrain>(caller.User).Save(new(conversation, seq));

    private static Task<Outcome<Done>> Remove(ConversationId conversation, long seq, Caller caller, IGrainFactory grains) =>
        grains.GetGrain<IBookmarksGrain>(caller.User).Remove(new(conversation, seq));
}
