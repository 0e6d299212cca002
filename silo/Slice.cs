using OrleansSocial.Bookmarks;
using OrleansSocial.Chat;
using OrleansSocial.Identity;
using OrleansSocial.RateLimits;
using OrleansSocial.Realtime;
using OrleansSocial.Users;

namespace OrleansSocial;

/// <summary>What a slice brings to the application.</summary>
/// <param name="Name">That of its folders.</param>
/// <param name="Grains">Registers what its grains need, on silos.</param>
/// <param name="Edge">Registers what its edge needs, on every node.</param>
/// <param name="Routes">Maps its routes.</param>
internal sealed record Slice(
    string Name,
    Func<ISiloBuilder, ISiloBuilder>? Grains = null,
    Func<IServiceCollection, IServiceCollection>? Edge = null,
    Func<IEndpointRouteBuilder, IEndpointRouteBuilder>? Routes = null)
{
    /// <summary>All of them, one line each.</summary>
    public static IReadOnlyList<Slice> All { get; } =
    [
        new("Identity", IdentityModule.AddIdentity, IdentityEdge.AddIdentityEdge, IdentityEndpoints.MapIdentity),
        new("RateLimits", Edge: RateLimitsEdge.AddRateLimitsEdge),
        new("Realtime", RealtimeModule.AddRealtime, RealtimeEdge.AddRealtimeEdge, RealtimeEndpoints.MapRealtime),
        new("Users", UsersModule.AddUsers, Routes: UsersEndpoints.MapUsers),
        new("Chat", ChatModule.AddChat, ChatEndpoints.AddChatEdge, ChatEndpoints.MapChat),
        new("Bookmarks", BookmarksModule.AddBookmarks, Routes: BookmarksEndpoints.MapBookmarks),
    ];
}
