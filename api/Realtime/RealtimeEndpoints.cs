using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using OrleansSocial.Identity;
using OrleansSocial.RateLimits;

namespace OrleansSocial.Realtime;

/// <summary>The live routes: what the hub tells as a stream and by polling, and presence.</summary>
public static class RealtimeEndpoints
{
    private const int WaitSecondsMax = 30;
    private const int PipeBytesMax = 32 * 1024;

    /// <summary>Maps the slice under the group of the version.</summary>
    public static IEndpointRouteBuilder MapRealtime(this IEndpointRouteBuilder app)
    {
        var events = app.MapGroup("/events").WithTags("Realtime");
        events.MapGet("/", Poll).Signed().Limited(Rate.Reads).Repeated()
            .Refuses(RealtimeRefusals.Wait, RealtimeRefusals.TooManyConnections, RealtimeRefusals.SessionEnded).Asks<IChangesGrain>(nameof(IChangesGrain.Read));
        events.MapGet("/stream", Stream).Signed().Limited(Rate.Live).Repeated()
            .Refuses(RealtimeRefusals.TooManyConnections).Asks<IChangesGrain>(nameof(IChangesGrain.Read))
            .Produces<string>(StatusCodes.Status200OK, "text/event-stream");
        app.MapGet("/presence", Presence).WithTags("Realtime").Signed().Limited(Rate.Reads).LimitedByWork<string>(users => users.Count(c => c == ',')).Repeated()
            .Refuses(RealtimeRefusals.WatchCount, CommonRefusals.Malformed);
        return app;
    }

    /// <summary>Maps the hub of the application.</summary>
    internal static void MapLiveHub<THub>(this IEndpointRouteBuilder app)
        where THub : LiveHub =>
        app.MapHub<THub>("/live", Configure).NegotiatedAnywhere().Signed().Limited(Rate.Live).Once().Refuses(IdentityRefusals.NotSignedIn, IdentityRefusals.TokenInvalid, IdentityRefusals.TokenExpired, IdentityRefusals.SessionEnded);

    // Events of one person do not fill large pipes; small ones push back early, and then the bounded queue counts.
    private static void Configure(HttpConnectionDispatcherOptions hub)
    {
        hub.Transports = HttpTransportType.WebSockets;
        hub.TransportMaxBufferSize = PipeBytesMax;
        hub.ApplicationMaxBufferSize = PipeBytesMax;
    }

    private static async Task<Outcome<CatchUp>> Poll(
        Caller caller, LiveNodeAccess live, [FromQuery] string? cursor, [FromQuery, Range(0, WaitSecondsMax)] int? wait, CancellationToken cancellation)
        => wait is < 0 or > WaitSecondsMax
            ? RealtimeRefusals.Wait
            : await EventPoll.Run(live, caller, cursor, TimeSpan.FromSeconds(wait ?? 0), cancellation);

    private static async Task<IResult> Stream(HttpContext http, Caller caller, LiveNodeAccess live, [FromQuery] string? cursor)
    {
        var connection = new StreamConnection(live.Node, live.People, caller, http);
        live.Connections.Add(connection);
        try
        {
            var resumed = http.Request.Headers["Last-Event-ID"].FirstOrDefault();
            var first = await connection.Subscribe(string.IsNullOrEmpty(resumed) ? cursor : resumed);
            if (first.Refusal is { } refusal) return Problems.Of(refusal);
            await connection.Serve(first.Value!);
            return Results.Empty;
        }
        finally
        {
            live.Connections.Remove(connection);
            connection.Leave();
        }
    }

    private static async Task<Outcome<PresenceList>> Presence(LiveNodeAccess live, Caller caller, IGrainFactory grains, [FromQuery] string? users)
    {
        var names = (users ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (names.Length > live.Node.Options.WatchUsersMax) return RealtimeRefusals.WatchCount;
        if (!IdList.Read<UserId>(nameof(users), names).TryGet(out var ids, out var refusal)) return refusal;

        return new PresenceList(await Acquaintances.Presence(grains, caller.User, [.. ids.Distinct()], live.People.Presence));
    }
}

/// <summary>Who is here now.</summary>
/// <param name="Items">One notice for each person asked for, in the order of asking.</param>
public sealed record PresenceList(IReadOnlyList<PresenceNotice> Items);

/// <summary>The live services that handlers take, as one parameter.</summary>
internal sealed record LiveNodeAccess(LiveNode Node, LivePeople People, LiveConnections Connections);
