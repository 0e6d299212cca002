namespace OrleansSocial.Kernel;

/// <summary>What this silo knows to have changed, for the nodes that wait for it.</summary>
/// <remarks>Invariants:
/// 1. Whoever waits is answered as soon as something differs from what they know, whether it changed before or while they wait.
/// 2. No number of one board is given out by another: the counters begin anywhere.
/// 3. Once it is closed nobody waits.</remarks>
internal sealed class NewsBoard(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private News _now = new(0, Random.Shared.NextInt64(1, long.MaxValue / 2), Random.Shared.NextInt64(1, long.MaxValue / 2));
    private TaskCompletionSource _changed = NewChange();
    private bool _closed;

    /// <summary>How things stand, as soon as that is not what is known; after <paramref name="atMost"/>, or when the board is closed, whatever it is.</summary>
    public async Task<News> After(News known, TimeSpan atMost)
    {
        Task changed;
        lock (_gate)
        {
            if (_now != known || _closed) return _now;
            changed = _changed.Task;
        }

        await changed.WaitAsync(atMost, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        lock (_gate) return _now;
    }

    /// <summary>Notes that something has changed.</summary>
    public void Note(NewsTopic topic)
    {
        lock (_gate)
        {
            Set(topic switch
            {
                NewsTopic.Sessions => _now with { Sessions = _now.Sessions + 1 },
                NewsTopic.Keys => _now with { Keys = _now.Keys + 1 },
                _ => throw new ArgumentOutOfRangeException(nameof(topic), topic, "The silos are told by their number."),
            });
        }
    }

    /// <summary>Notes the number that stands for the silos. The same again changes nothing.</summary>
    public void NoteSilos(long number)
    {
        lock (_gate)
        {
            if (number != _now.Silos) Set(_now with { Silos = number });
        }
    }

    /// <summary>Answers all who wait, and from here on everybody at once.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _changed.TrySetResult();
        }
    }

    private void Set(News now)
    {
        _now = now;
        _changed.TrySetResult();
        if (!_closed) _changed = NewChange();
    }

    // Whoever waited goes on by itself, outside the gate.
    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
