using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace OrleansSocial.Kernel;

/// <summary>What subscribers of events could not handle, for an operator.</summary>
public static class ParkedEventsEndpoints
{
    private const int ListMax = 100;

    /// <summary>Maps the routes, under the group of the version.</summary>
    public static IEndpointRouteBuilder MapParkedEvents(this IEndpointRouteBuilder v1)
    {
        var parked = v1.MapGroup("/admin/events/parked").WithTags("Operation").Admin();
        parked.MapGet("", List).Limited(Rate.Reads).Repeated().WithSummary("Events that a subscriber could not handle, the oldest hundred first").Refuses();
        parked.MapPost("/{subscriber}/{id:guid}/replay", Replay).Limited(Rate.Writes).Once().WithSummary("Handle an event once more")
            .Asks<IParkedEventsGrain>(nameof(IParkedEventsGrain.Replay));
        parked.MapDelete("/{subscriber}/{id:guid}", Discard).Limited(Rate.Writes).Repeated().WithSummary("Give an event up")
            .Asks<IParkedEventsGrain>(nameof(IParkedEventsGrain.Discard));
        return v1;
    }

    private static async Task<Outcome<ParkedList>> List(IGrainFactory grains, [FromQuery] string? subscriber) => await Parked(grains).List(subscriber, ListMax);

    private static Task<Outcome<Done>> Replay(string subscriber, Guid id, IGrainFactory grains) => Parked(grains).Replay(subscriber, id);

    private static Task<Outcome<Done>> Discard(string subscriber, Guid id, IGrainFactory grains) => Parked(grains).Discard(subscriber, id);

    private static IParkedEventsGrain Parked(IGrainFactory grains) => grains.GetGrain<IParkedEventsGrain>(0);
}
