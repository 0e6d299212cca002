using System.Collections.Concurrent;

namespace OrleansSocial.Support;

/// <summary>The time of this machine, which a test moves on: what waits for a time that has passed then goes on at once, and everything else runs as it does.</summary>
/// <remarks>Unlike a clock that stands still, it can drive a whole application, whose parts wait for each other in real time too.</remarks>
public sealed class MovedTime : TimeProvider
{
    private readonly ConcurrentDictionary<MovedTimer, byte> _timers = [];
    private long _aheadTicks;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    private TimeSpan Ahead => new(Volatile.Read(ref _aheadTicks));

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;

    /// <inheritdoc/>
    public override long GetTimestamp() => System.GetElapsedTime(0).Ticks + Volatile.Read(ref _aheadTicks);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new MovedTimer(this, callback, state);
        _timers.TryAdd(timer, 0);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves it on.</summary>
    public void Move(TimeSpan by)
    {
        Interlocked.Add(ref _aheadTicks, by.Ticks);
        foreach (var timer in _timers.Keys) timer.Moved();
    }

    /// <summary>Moves it on, a second at each look, until an assertion holds.</summary>
    public Task Until(Action assertion) => Waiting.Eventually(() =>
    {
        try
        {
            assertion();
        }
        catch (Exception)
        {
            Move(TimeSpan.FromSeconds(1));
            throw;
        }
    });

    private sealed class MovedTimer : ITimer
    {
        private readonly Lock _gate = new();
        private readonly MovedTime _time;
        private readonly ITimer _inner;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private TimeSpan _period = Timeout.InfiniteTimeSpan;
        private long? _dueAt;

        public MovedTimer(MovedTime time, TimerCallback callback, object? state)
        {
            (_time, _callback, _state) = (time, callback, state);
            _inner = System.CreateTimer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_gate)
            {
                _period = period;
                _dueAt = dueTime == Timeout.InfiniteTimeSpan ? null : _time.GetTimestamp() + dueTime.Ticks;
                return _inner.Change(dueTime, Timeout.InfiniteTimeSpan);
            }
        }

        public void Moved()
        {
            lock (_gate)
            {
                if (_dueAt is { } dueAt) _inner.Change(new TimeSpan(Math.Max(0, dueAt - _time.GetTimestamp())), Timeout.InfiniteTimeSpan);
            }
        }

        public void Dispose()
        {
            _time._timers.TryRemove(this, out _);
            _inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            _time._timers.TryRemove(this, out _);
            return _inner.DisposeAsync();
        }

        private void Fire()
        {
            lock (_gate)
            {
                if (_dueAt is null) return;
                var recurs = _period != Timeout.InfiniteTimeSpan && _period > TimeSpan.Zero;
                _dueAt = recurs ? _time.GetTimestamp() + _period.Ticks : null;
                if (recurs) _inner.Change(_period, Timeout.InfiniteTimeSpan);
            }

            _callback(_state);
        }
    }
}
