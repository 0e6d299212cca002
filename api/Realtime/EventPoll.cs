namespace OrleansSocial.Realtime;

/// <summary>One long poll: reads from the cursor, and when nothing is there waits for a push and reads again.</summary>
internal sealed class EventPoll(LiveNode node, Caller caller) : ILiveEnd
{
    private const int NoticesMax = 100;

    private readonly List<LiveEvent> _notices = [];
    private TaskCompletionSource _pushed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _closed;

    /// <inheritdoc/>
    public ConnectionId Id { get; } = Ids.New<ConnectionId>(node.Clock);

    /// <inheritdoc/>
    public Caller Caller => caller;

    /// <summary>What happened since <paramref name="cursor"/>; waits up to <paramref name="wait"/> for something to happen.</summary>
    public static async Task<Outcome<CatchUp>> Run(LiveNodeAccess live, Caller caller, string? cursor, TimeSpan wait, CancellationToken cancellation)
    {
        var poll = new EventPoll(live.Node, caller);
        var first = await poll.Read(cursor);
        if (wait == TimeSpan.Zero || !first.TryGet(out var page, out _) || IsAnswer(page)) return first;

        if (!(await live.People.Come(caller.User)).TryGet(out var person, out var refusal)) return refusal;
        live.Connections.Add(poll);
        person.Add(poll);
        try
        {
            return await poll.Wait(page.Cursor, wait, cancellation);
        }
        finally
        {
            person.Remove(poll);
            live.Connections.Remove(poll);
            live.People.Leave(person);
        }
    }

    /// <inheritdoc/>
    public void Take(LiveEvent happened, LiveFrame frame, Outbox outbox)
    {
        lock (_notices)
        {
            // What is stored is read from the tables; what is not is handed out from here.
            if (happened.Seq is null && _notices.Count < NoticesMax) _notices.Add(happened);
            _pushed.TrySetResult();
        }
    }

    /// <inheritdoc/>
    public void Reach(string cursor, Outbox outbox)
    {
    }

    /// <inheritdoc/>
    public Task Close(string code)
    {
        lock (_notices)
        {
            _closed ??= code;
            _pushed.TrySetResult();
        }

        return Task.CompletedTask;
    }

    // Added first, read afterwards: what happens in between is found by the reading or wakes the waiting.
    private async Task<Outcome<CatchUp>> Wait(string cursor, TimeSpan wait, CancellationToken cancellation)
    {
        var began = node.Clock.GetTimestamp();
        while (true)
        {
            Task pushed;
            lock (_notices)
            {
                if (_pushed.Task.IsCompleted) _pushed = new(TaskCreationOptions.RunContinuationsAsynchronously);
                pushed = _pushed.Task;
            }

            var read = await Read(cursor);
            if (!read.TryGet(out var page, out _)) return read;
            var left = wait - node.Clock.GetElapsedTime(began);
            lock (_notices)
            {
                if (_closed == RealtimeRefusals.SessionEnded.Code) return RealtimeRefusals.SessionEnded;
                page = WithNotices(page);
                // Whoever asks again needs a token that has not ended, and another node when this one stops.
                if (IsAnswer(page) || left <= TimeSpan.Zero || _closed is not null) return page;
            }

            await pushed.WaitAsync(left, node.Clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private Task<Outcome<CatchUp>> Read(string? cursor) => node.Changes(caller.User).Read(caller.User, cursor, node.Options.PageEventsMax);

    private CatchUp WithNotices(CatchUp page) => _notices.Count == 0 || page.More ? page : page with { Events = [.. page.Events, .. _notices] };

    private static bool IsAnswer(CatchUp page) => page.Events.Count > 0 || page.More || page.Reset;
}
