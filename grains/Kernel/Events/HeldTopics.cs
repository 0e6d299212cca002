namespace OrleansSocial.Kernel;

/// <summary>The topics of a part whose next event has failed and is tried again later; those behind it wait.</summary>
internal sealed class HeldTopics(EventOptions options)
{
    private readonly Dictionary<Guid, (EventPlace Place, int Attempts, DateTimeOffset RetryAt)> _held = [];

    /// <summary>When the next one is tried again; null when none is held.</summary>
    public DateTimeOffset? NextRetry => _held.Count == 0 ? null : _held.Values.Min(one => one.RetryAt);

    /// <summary>Whether an event is not to be tried now.</summary>
    public bool Holds(StoredEvent stored, DateTimeOffset now) =>
        _held.TryGetValue(stored.Happened.Topic, out var held) && (held.Place < stored.Place || (held.Place == stored.Place && now < held.RetryAt));

    /// <summary>Takes note of a failure. The number of the attempt when it was the last one, and the topic goes on without this event; else null.</summary>
    public int? Failed(StoredEvent stored, DateTimeOffset now)
    {
        var attempts = _held.TryGetValue(stored.Happened.Topic, out var held) && held.Place == stored.Place ? held.Attempts + 1 : 1;
        if (attempts >= options.AttemptsMax)
        {
            _held.Remove(stored.Happened.Topic);
            return attempts;
        }

        _held[stored.Happened.Topic] = (stored.Place, attempts, now + Pause(attempts));
        return null;
    }

    /// <summary>Takes note that an event was handled.</summary>
    public void Handled(StoredEvent stored)
    {
        if (_held.TryGetValue(stored.Happened.Topic, out var held) && held.Place <= stored.Place) _held.Remove(stored.Happened.Topic);
    }

    // Up to half as long again, so that what failed together does not come back together.
    private TimeSpan Pause(int attempts) =>
        TimeSpan.FromSeconds(Math.Min(options.RetrySeconds * Math.Pow(2, attempts - 1), options.RetrySecondsMax) * (1 + (Random.Shared.NextDouble() / 2)));
}
