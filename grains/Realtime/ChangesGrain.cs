using Orleans.Concurrency;

namespace OrleansSocial.Realtime;

/// <summary>Reads what happened to people. Holds nothing.</summary>
[StatelessWorker]
internal sealed class ChangesGrain(ChangeStore changes, ClusterKey cluster, TimeProvider clock) : Grain, IChangesGrain
{
    private const int ReadMax = 500;

    /// <inheritdoc/>
    public async Task<Outcome<CatchUp>> Read(UserId user, string? cursor, int limit)
    {
        CursorToken? from = null;
        if (cursor is not null && !CursorToken.IsUnmarked(cursor))
        {
            if (!TryRead(user, cursor, out var token)) return RealtimeRefusals.BadCursor;
            from = token;
        }

        var page = await changes.Read(user, from, Math.Clamp(limit, 1, ReadMax), CancellationToken.None);
        return new CatchUp([.. page.Changes.Select(c => c.Event)], page.Next.Write(cluster, user), page.More, page.Reset != ResetReason.None);
    }

    /// <inheritdoc/>
    public async Task<Outcome<Unpushed>> Unpushed(UserId user, string cursor, IReadOnlyList<PushedRun> pushed)
    {
        if (!TryRead(user, cursor, out var since)) return RealtimeRefusals.BadCursor;

        var page = await changes.ReadUnpushed(user, since, pushed, CancellationToken.None);
        return page.Reset switch
        {
            ResetReason.None => new Unpushed([.. page.Changes.Select(c => c.Event)], SettledOf(page), page.Next.Write(cluster, user)),
            ResetReason.TooMany => new Unpushed([], 0, cursor, UnpushedEnd.TooMany),
            _ => new Unpushed([], 0, cursor, UnpushedEnd.Reset),
        };
    }

    private static int SettledOf(ChangePage page)
    {
        var settled = 0;
        while (settled < page.Changes.Count && page.Changes[settled].Xid < page.Next.Horizon) settled++;
        return settled;
    }

    private bool TryRead(UserId user, string cursor, out CursorToken token) => CursorToken.TryRead(cursor, cluster, user, CursorToken.DayOf(clock.GetUtcNow()), out token);
}
