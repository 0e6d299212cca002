using Microsoft.Extensions.Logging;

namespace OrleansSocial.Realtime;

/// <summary>Somebody who hears what happens under a key.</summary>
internal interface ILiveListener
{
    /// <summary>Takes an event in its turn. What it is placed in goes out once the whole parcel is taken.</summary>
    void Hear(Told told, LiveFrame frame, Outbox outbox);
}

/// <summary>One of a person's ways to hear: a connection, or a poll that waits.</summary>
internal interface ILiveEnd
{
    /// <summary>Which.</summary>
    ConnectionId Id { get; }

    /// <summary>Whose.</summary>
    Caller Caller { get; }

    /// <summary>Takes an event.</summary>
    void Take(LiveEvent happened, LiveFrame frame, Outbox outbox);

    /// <summary>Takes word that everything before a cursor was handed to it, as far as it has read to its end itself.</summary>
    void Reach(string cursor, Outbox outbox);

    /// <summary>Ends it.</summary>
    Task Close(string code);
}

/// <summary>The connections that have something to send when a parcel is taken.</summary>
internal sealed class Outbox
{
    private readonly List<LiveOutput> _outputs = [];

    /// <summary>Adds one that begins to send.</summary>
    public void Add(LiveOutput output) => _outputs.Add(output);

    /// <summary>Sends all of it.</summary>
    public void Drain()
    {
        foreach (var output in _outputs) output.Drain();
    }
}

/// <summary>One person at this node: what comes for them goes to each of their connections here, and what did not come is read.</summary>
/// <remarks>Invariants, beside those of <see cref="PushReconciliation"/>:
/// 1. An event that commits after a connection was added is handed to it: when it comes, or else by the next comparison with the tables.
/// 2. A position is offered only for a cursor up to which the tables were compared with what was handed out.
/// A connection is added before it reads from its own cursor, so what the two hand out overlaps and never leaves a gap.</remarks>
internal sealed partial class LivePerson(LiveNode node, UserId user) : ILiveListener
{
    private readonly Lock _gate = new();
    private readonly List<ILiveEnd> _ends = new(1);
    private readonly PushReconciliation _pushes = new(node.Options, node.Clock.GetUtcNow());
    private List<(Told Told, LiveFrame Frame)>? _waiting;

    /// <summary>Who.</summary>
    public UserId User => user;

    /// <summary>How many connections they have at this node, those included that hear nothing yet. Guarded by whoever counts.</summary>
    public int Count { get; set; }

    /// <summary>From here on a connection is handed every event. Again: changes nothing.</summary>
    public void Add(ILiveEnd end)
    {
        lock (_gate)
            if (!_ends.Contains(end))
                _ends.Add(end);
    }

    /// <summary>A connection is handed nothing any more.</summary>
    public void Remove(ILiveEnd end)
    {
        lock (_gate) _ends.Remove(end);
    }

    /// <summary>A connection has read everything before a cursor.</summary>
    public void StandsAt(string cursor)
    {
        lock (_gate) _pushes.Since ??= cursor;
    }

    /// <summary>What happened may not have come here: the tables are read.</summary>
    public void FallBehind()
    {
        lock (_gate) _pushes.Hurry(node.Clock.GetUtcNow());
        CompareIfDue();
    }

    /// <summary>A silo may not know that somebody is here.</summary>
    public void Doubt()
    {
        lock (_gate) _pushes.Doubt(node.Clock.GetUtcNow());
    }

    /// <inheritdoc/>
    public void Hear(Told told, LiveFrame frame, Outbox outbox)
    {
        var due = false;
        lock (_gate)
        {
            if (_ends.Count == 0) return;
            if (told.Event.Seq is null)
            {
                HandOut(told, frame, outbox);
                return;
            }

            switch (_pushes.Judge(told.Event, _waiting?.Count ?? 0, node.Clock.GetUtcNow()))
            {
                case Arrival.Goes:
                    HandOut(told, frame, outbox);
                    break;
                case Arrival.GoesWithAll:
                    LetGo(_waiting?.Count ?? 0, outbox);
                    HandOut(told, frame, outbox);
                    break;
                case Arrival.Waits:
                    (_waiting ??= []).Add((told, frame));
                    due = true;
                    break;
            }
        }

        if (due) CompareIfDue();
    }

    /// <summary>Reads the tables for whatever was not handed out, if it is time to; hands it out, and offers the position that is reached.</summary>
    public void CompareIfDue()
    {
        string since;
        IReadOnlyList<PushedRun> runs;
        int waited;
        lock (_gate)
        {
            var now = node.Clock.GetUtcNow();
            if (_pushes.Running || _pushes.DueAt > now) return;
            if (_pushes.Since is null || _ends.Count == 0)
            {
                // Nobody has read to the end yet, so nobody has a position to be moved.
                _pushes.Postpone(now);
                return;
            }

            _pushes.Begin();
            (since, runs, waited) = (_pushes.Since, _pushes.Runs.Now(), _waiting?.Count ?? 0);
        }

        _ = Compare(since, runs, waited);
    }

    private async Task Compare(string since, IReadOnlyList<PushedRun> runs, int waited)
    {
        Unpushed? found = null;
        var outbox = new Outbox();
        try
        {
            using (await node.ReadingSlot())
                if ((await node.Changes(user).Unpushed(user, since, runs)).TryGet(out var read, out _))
                    found = read;
            found ??= new([], 0, since, UnpushedEnd.Reset);
        }
        catch (Exception fault)
        {
            LogNotCompared(node.Log, fault);
            found = new([], 0, since, UnpushedEnd.TooMany);
        }

        ILiveEnd[] lost = [];
        lock (_gate)
        {
            // A long transaction or an outage holds the position back; pushes go on.
            if (found.End is null) Settle(found, waited, outbox);
            else _pushes.Postpone(node.Clock.GetUtcNow());
            if (found.End is UnpushedEnd.Reset) lost = [.. _ends];
            if (found.End is not null) LetGo(waited, outbox);
        }

        outbox.Drain();
        foreach (var end in lost) _ = end.Close(RealtimeRefusals.Resync.Code);
        CompareIfDue();
    }

    private void Settle(Unpushed found, int waited, Outbox outbox)
    {
        var now = node.Clock.GetUtcNow();
        foreach (var happened in found.Events.Where(happened => !_pushes.Knows(happened)))
        {
            HandOut(new(happened, [], null), LiveFrame.Of(happened), outbox);
            _pushes.Runs.Add(happened);
        }

        _pushes.End(found, now);
        LetGo(waited, outbox);
        foreach (var end in _ends) end.Reach(found.Cursor, outbox);
    }

    /// <summary>Hands out those that wait, first come first, but those that were found meanwhile.</summary>
    private void LetGo(int count, Outbox outbox)
    {
        if (_waiting is null) return;
        var now = node.Clock.GetUtcNow();
        count = Math.Min(count, _waiting.Count);
        foreach (var (told, frame) in _waiting[..count])
        {
            if (_pushes.Knows(told.Event)) continue;
            HandOut(told, frame, outbox);
            _pushes.Note(told.Event, now);
        }

        _waiting.RemoveRange(0, count);
        if (_waiting.Count == 0) _waiting = null;
        else _pushes.Hurry(now);
    }

    private void HandOut(Told told, LiveFrame frame, Outbox outbox)
    {
        foreach (var end in _ends)
            if (end.Id != told.Origin)
                end.Take(told.Event, frame, outbox);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Pushes could not be compared with the tables; trying again")]
    private static partial void LogNotCompared(ILogger log, Exception cause);
}
