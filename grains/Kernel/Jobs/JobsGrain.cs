using Orleans.Concurrency;

namespace OrleansSocial.Kernel;

/// <summary>By what the list of jobs is ordered.</summary>
internal readonly record struct JobPlace(Guid Id);

/// <summary>Reads jobs, and has them run or cancelled.</summary>
[StatelessWorker]
internal sealed class JobsGrain(JobStore store, ClusterKey cluster, GroupCommit writer) : Grain, IJobsGrain
{
    private readonly Keyset<JobPlace> _list = new("jobs", cluster);

    /// <inheritdoc/>
    public async Task<Outcome<Page<JobView>>> List(UserId by, string? state, string? queue, PageAsk ask)
    {
        if (state is not null && !JobStates.All.Contains(state, StringComparer.Ordinal)) return JobRefusals.NoSuchState;
        if (!_list.Read(by, ask).TryGet(out var page, out var refusal)) return refusal;
        return page.Cut(await store.Page(state, queue, page));
    }

    /// <inheritdoc/>
    public async Task<JobQueues> Queues() => new(await store.Count(default));

    /// <inheritdoc/>
    public async Task<Outcome<Done>> Run(Guid id)
    {
        if (await store.RunNow(id))
        {
            writer.TellOfJobs();
            return Done.Instance;
        }

        return await store.Find(id) switch
        {
            null => JobRefusals.NotFound,
            { State: JobStates.Done } => JobRefusals.IsDone,
            _ => JobRefusals.Runs,
        };
    }

    /// <inheritdoc/>
    public async Task<Outcome<Done>> Cancel(Guid id) => await store.Cancel(id) ? Done.Instance : JobRefusals.NotFound;
}
