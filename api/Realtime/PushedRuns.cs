namespace OrleansSocial.Realtime;

/// <summary>Which messages were pushed, as one unbroken stretch of numbers for each topic, so that a comparison with the tables need not read them again.</summary>
/// <remarks>Invariants:
/// 1. Every number of a stretch was pushed to every connection that there was; a connection that came later reads from its own cursor.
/// 2. A stretch grows at its end only. A push beyond its end begins a new one: what lies between was lost, and is found in the tables.
/// 3. There are at most as many stretches as it was told.</remarks>
internal sealed class PushedRuns(int countMax)
{
    private readonly Dictionary<Guid, PushedRun> _runs = [];

    /// <summary>Takes a push into its stretch. False for what is no new message, or finds no place.</summary>
    public bool Add(LiveEvent happened)
    {
        if (happened is not { IsUnbroken: true, Topic: { } topic, Seq: { } seq }) return false;

        if (!_runs.TryGetValue(topic, out var run))
        {
            if (_runs.Count >= countMax) return false;
            _runs.Add(topic, new(topic, seq, seq));
            return true;
        }

        if (seq < run.First) return false;
        if (seq == run.Last + 1) _runs[topic] = run with { Last = seq };
        else if (seq > run.Last) _runs[topic] = new(topic, seq, seq);
        return true;
    }

    /// <summary>Whether numbers before this one are missing.</summary>
    public bool IsEarly(LiveEvent happened) =>
        happened is { IsUnbroken: true, Topic: { } topic, Seq: { } seq } && _runs.TryGetValue(topic, out var run) && seq > run.Last + 1;

    /// <summary>Whether a push is in a stretch.</summary>
    public bool Contains(LiveEvent happened) =>
        happened is { IsUnbroken: true, Topic: { } topic, Seq: { } seq }
        && _runs.TryGetValue(topic, out var run) && seq >= run.First && seq <= run.Last;

    /// <summary>The stretches as they are now.</summary>
    public IReadOnlyList<PushedRun> Now() => [.. _runs.Values];
}
