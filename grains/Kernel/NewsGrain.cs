using Orleans.Concurrency;

namespace OrleansSocial.Kernel;

/// <summary>Answers from the board of its own silo.</summary>
[StatelessWorker(1)]
internal sealed class NewsGrain(NewsBoard board) : Grain, INewsGrain
{
    /// <summary>Below the time that the call may take, and below that after which a silo reports a call as slow.</summary>
    private static readonly TimeSpan s_waitMax = TimeSpan.FromSeconds(15);

    public Task<News> After(News known) => board.After(known, s_waitMax);
}
