using Orleans.Concurrency;

namespace OrleansSocial.Identity;

/// <summary>Reads the ended sessions for the edge of its own node.</summary>
[StatelessWorker(1)]
internal sealed class EndedSessionsGrain(EndedSessionStore store) : Grain, IEndedSessionsGrain
{
    public Task<EndedSessionsPage> Since(ulong horizon) => store.Since(horizon);
}
