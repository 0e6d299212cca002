using Orleans.Concurrency;

namespace OrleansSocial.Identity;

/// <summary>Reads the ended sessions for the edge of its own node, and clears the table of what nobody needs.</summary>
[StatelessWorker(1)]
internal sealed class EndedSessionsGrain(EndedSessionStore store) : Grain, IEndedSessionsGrain
{
    private static readonly TimeSpan s_purgePeriod = TimeSpan.FromMinutes(1);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(store.Purge, s_purgePeriod, s_purgePeriod);
        return Task.CompletedTask;
    }

    public Task<EndedSessionsPage> Since(ulong horizon) => store.Since(horizon);
}
