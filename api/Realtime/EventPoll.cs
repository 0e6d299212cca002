namespace OrleansSocial.Realtime;

/// <summary>One long poll: reads from the cursor, and when nothing is there waits for a push and reads again.</summary>
internal sealed class EventPoll : IConnectionObserver
{
    private const int NoticesMax = 100;

    private readonly List<LiveEvent> _notices = [];
    private TaskCompletionSource _pushed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What happened since <paramref name="cursor"/>; waits up to <paramref name="wait"/> for something to happen.</summary>
    public static async Task<Outcome<CatchUp>> Run(LiveNode node, Caller caller, string? cursor, TimeSpan wait, CancellationToken cancellation)
    {
        var stream = node.Grains.GetGrain<IUserStreamGrain>(caller.User);
        var first = await stream.Read(cursor, node.Options.PageEventsMax);
        if (wait == TimeSpan.Zero || !first.TryGet(out var page, out _) || IsAnswer(page)) return first;

        var poll = new EventPoll();
        var reference = node.Grains.CreateObjectReference<IConnectionObserver>(poll);
        var connection = Ids.New<ConnectionId>(node.Clock);
        try
        {
            var attached = await stream.Attach(connection, reference);
            return attached.TryGet(out _, out var refusal) ? await poll.Wait(node, stream, page.Cursor, wait, cancellation) : refusal;
        }
        finally
        {
            await stream.Detach(connection);
            node.Grains.DeleteObjectReference<IConnectionObserver>(reference);
        }
    }

    /// <inheritdoc/>
    public Task Push(LiveEvent happened, long attachment, long number)
    {
        lock (_notices)
        {
            // What is stored is read from the tables; what is not is handed out from here.
            if (happened.Seq is null && _notices.Count < NoticesMax) _notices.Add(happened);
            _pushed.TrySetResult();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task Position(string cursor, long attachment, long number) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task Close(string code)
    {
        lock (_notices) _pushed.TrySetResult();
        return Task.CompletedTask;
    }

    // Attached first, read afterwards: what happens in between is found by the reading or wakes the waiting.
    private async Task<Outcome<CatchUp>> Wait(LiveNode node, IUserStreamGrain stream, string cursor, TimeSpan wait, CancellationToken cancellation)
    {
        var began = node.Clock.GetTimestamp();
        while (true)
        {
            Task pushed;
            lock (_notices) pushed = _pushed.Task;
            var read = await stream.Read(cursor, node.Options.PageEventsMax);
            if (!read.TryGet(out var page, out _)) return read;
            var left = wait - node.Clock.GetElapsedTime(began);
            page = WithNotices(page);
            if (IsAnswer(page) || left <= TimeSpan.Zero) return page;

            try
            {
                await pushed.WaitAsync(left, node.Clock, cancellation);
            }
            catch (TimeoutException)
            {
                continue;
            }

            lock (_notices) _pushed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private CatchUp WithNotices(CatchUp page)
    {
        lock (_notices) return _notices.Count == 0 || page.More ? page : page with { Events = [.. page.Events, .. _notices] };
    }

    private static bool IsAnswer(CatchUp page) => page.Events.Count > 0 || page.More || page.Reset;
}
