using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace OrleansSocial.Kernel;

/// <summary>The jobs of the cluster, for an operator; the page at <c>/jobs</c> shows them.</summary>
public static class JobsEndpoints
{
    /// <summary>Maps the routes, under the group of the version.</summary>
    public static IEndpointRouteBuilder MapJobs(this IEndpointRouteBuilder v1)
    {
        var jobs = v1.MapGroup("/admin/jobs").WithTags("Operation").Admin();
        jobs.MapGet("", List).Limited(Rate.Reads).Repeated().WithSummary("Jobs, those enqueued last first").Paged()
            .Asks<IJobsGrain>(nameof(IJobsGrain.List));
        jobs.MapGet("/queues", Queues).Limited(Rate.Reads).Repeated().WithSummary("How many jobs each queue has")
            .Asks<IJobsGrain>(nameof(IJobsGrain.Queues));
        jobs.MapPost("/{id:guid}/run", Run).Limited(Rate.Writes).Repeated().WithSummary("Let a job run now")
            .Asks<IJobsGrain>(nameof(IJobsGrain.Run));
        jobs.MapDelete("/{id:guid}", Cancel).Limited(Rate.Writes).Repeated().WithSummary("Cancel a job")
            .Asks<IJobsGrain>(nameof(IJobsGrain.Cancel));
        return v1;
    }

    private static Task<Outcome<Page<JobView>>> List([AsParameters] PageQuery page, [FromQuery] string? state, [FromQuery] string? queue, Caller caller, IGrainFactory grains) =>
        page.Read(ask => Jobs(grains).List(caller.User, state, queue, ask));

    private static async Task<Outcome<JobQueues>> Queues(IGrainFactory grains) => await Jobs(grains).Queues();

    private static Task<Outcome<Done>> Run(Guid id, IGrainFactory grains) => Jobs(grains).Run(id);

    private static Task<Outcome<Done>> Cancel(Guid id, IGrainFactory grains) => Jobs(grains).Cancel(id);

    private static IJobsGrain Jobs(IGrainFactory grains) => grains.GetGrain<IJobsGrain>(0);
}
