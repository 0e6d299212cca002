using System.Collections.Concurrent;

namespace Orleans.Bundled;

/// <summary>
/// Watches the deadlines of calls that wait for an answer, and keeps the coarse time that idle ages are measured in.
/// A calling thread notes its calls in slots that only it fills, so noting one costs a store; whoever ends the call clears the
/// slot. One scan per period stamps what it sees first and fails what is overdue: no call is failed early, and one that is
/// overdue is failed within two periods.
/// </summary>
internal sealed class CallClock : IDisposable
{
    /// <summary>The unit of <see cref="Now"/> and of deadlines.</summary>
    public const int UnitMilliseconds = 100;

    /// <summary>How far <see cref="Now"/> may be behind.</summary>
    public const int UnitsBehindMax = 10;

    private static readonly TimeSpan s_periodMax = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_periodMin = TimeSpan.FromMilliseconds(25);

    [ThreadStatic]
    private static Shard? t_shard;

    private readonly ConcurrentDictionary<int, Shard> _shards = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _responseTimeout;
    private readonly long _start;
    private readonly ITimer _timer;
    private int _scanning;
    private int _slowAfter = int.MaxValue;
    private Action<Request, TimeSpan>? _onSlow;

    /// <summary>Starts the clock.</summary>
    /// <param name="time">Where time comes from.</param>
    /// <param name="responseTimeout">How long a call waits for its answer when its method says nothing else.</param>
    public CallClock(TimeProvider time, TimeSpan responseTimeout)
    {
        _time = time;
        _responseTimeout = responseTimeout;
        _start = time.GetTimestamp();
        var period = responseTimeout / 4;
        period = period > s_periodMax ? s_periodMax : period < s_periodMin ? s_periodMin : period;
        _timer = time.CreateTimerWithoutFlow(static state => ((CallClock)state!).Scan(), this, period, period);
    }

    /// <summary>Where the clock's time comes from.</summary>
    public TimeProvider Time => _time;

    /// <summary>Time since the start in units of 100 ms, at most a second behind.</summary>
    public int Now { get; private set; }

    /// <summary>How long a call waits for its answer when its method says nothing else.</summary>
    public TimeSpan ResponseTimeout => _responseTimeout;

    /// <summary>How far <see cref="Now"/> moved with its last step: what lasted shorter may seem as long as this.</summary>
    public int LastStep { get; private set; }

    /// <summary>Time since the start in units of 100 ms, read afresh.</summary>
    public int ReadNow() => (int)(_time.GetElapsedTime(_start).TotalMilliseconds / UnitMilliseconds);

    /// <summary>How long the caller of a request still waits, in milliseconds; -1 for ever.</summary>
    public long Remaining(Request request)
    {
        if (request.Deadline == int.MaxValue) return -1;
        if (request.Deadline > 0) return Math.Max(1, (long)(request.Deadline - ReadNow()) * UnitMilliseconds);
        var timeout = request.ResponseTimeout ?? _responseTimeout;
        return timeout < TimeSpan.Zero ? -1 : Math.Max(1, (long)timeout.TotalMilliseconds);
    }

    /// <summary>Watches a call that is about to be sent.</summary>
    public void Watch(Request request)
    {
        var shard = t_shard;
        if (shard is null || shard.Owner != this) shard = FindShard();
        shard.Add(request);
    }

    /// <summary>Tells of calls that have waited for that long, and again each time they have waited for as long again.</summary>
    public void WarnOfSlowCalls(TimeSpan after, Action<Request, TimeSpan> warn)
    {
        _onSlow = warn;
        _slowAfter = Units(after);
    }

    /// <summary>Fails every call that still waits.</summary>
    public void FailAll(Func<Exception> exception)
    {
        foreach (var shard in _shards.Values)
            for (var slots = shard.First; slots is not null; slots = slots.Next)
                for (var i = 0; i < CallSlots.Size; i++)
                    slots.Read(i)?.Settle(exception());
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private Shard FindShard()
    {
        var shard = _shards.GetOrAdd(Environment.CurrentManagedThreadId, static (_, owner) => new Shard(owner), this);
        t_shard = shard;
        return shard;
    }

    private void Scan()
    {
        if (Interlocked.Exchange(ref _scanning, 1) != 0) return;
        try
        {
            var now = ReadNow();
            LastStep = now - Now;
            Now = now;
            foreach (var shard in _shards.Values)
                for (var slots = shard.First; slots is not null; slots = slots.Next)
                    for (var i = 0; i < CallSlots.Size; i++)
                        if (slots.Read(i) is { } request) Check(request, now);
        }
        finally
        {
            Volatile.Write(ref _scanning, 0);
        }
    }

    private static int Units(TimeSpan time)
    {
        var units = time.TotalMilliseconds / UnitMilliseconds;
        return time < TimeSpan.Zero || units > int.MaxValue / 2 ? int.MaxValue : Math.Max(1, (int)Math.Ceiling(units));
    }

    private void Check(Request request, int now)
    {
        var timeout = request.ResponseTimeout ?? _responseTimeout;
        var units = Units(timeout);
        if (request.Deadline == 0) request.Deadline = units == int.MaxValue ? int.MaxValue : now + units;
        else if (now >= request.Deadline) request.TimeOut(timeout);
        else if (units > _slowAfter && units != int.MaxValue) Warn(request, units - (request.Deadline - now));
    }

    // The age passes a multiple of the limit in one scan only, so a call is told of once for each.
    private void Warn(Request request, int age)
    {
        if (age >= _slowAfter && age / _slowAfter > (age - LastStep) / _slowAfter)
            _onSlow?.Invoke(request, TimeSpan.FromMilliseconds((double)age * UnitMilliseconds));
    }

    private sealed class Shard(CallClock owner)
    {
        private const int TriedMax = 16;

        private CallSlots _current = new();
        private int _cursor;
        private CallSlots? _first;

        public CallClock Owner { get; } = owner;

        public CallSlots First => _first ??= _current;

        public void Add(Request request)
        {
            if (!_current.TryAdd(_cursor, request)) AddElsewhere(request);
        }

        private void AddElsewhere(Request request)
        {
            for (var tried = 1; tried <= TriedMax; tried++)
            {
                _cursor = (_cursor + 1) & (CallSlots.Size - 1);
                if (_cursor == 0) _current = _current.Next ?? First;
                if (_current.TryAdd(_cursor, request)) return;
            }

            _ = First;
            _current = _current.InsertAfter();
            _cursor = 0;
            _current.TryAdd(0, request);
        }
    }
}

/// <summary>Slots for calls in flight. One thread fills them; any thread empties them.</summary>
internal sealed class CallSlots
{
    public const int Size = 64;

    private readonly Slot[] _slots = new Slot[Size];
    private long[]? _sentAt;
    private CallSlots? _next;

    public CallSlots? Next => Volatile.Read(ref _next);

    public bool TryAdd(int index, Request request)
    {
        ref var slot = ref _slots[index].Request;
        if (slot is not null) return false;
        request.NoteSlot(this, index);
        if (Instruments.RequestLatency.Enabled) (_sentAt ??= new long[Size])[index] = Stopwatch();
        Volatile.Write(ref slot, request);
        return true;
    }

    public Request? Read(int index) => Volatile.Read(ref _slots[index].Request);

    public void Clear(int index)
    {
        if (_sentAt is { } sentAt) Measure(ref sentAt[index]);
        Volatile.Write(ref _slots[index].Request, null);
    }

    public CallSlots InsertAfter()
    {
        var added = new CallSlots { _next = _next };
        Volatile.Write(ref _next, added);
        return added;
    }

    // Latency is a figure of this machine, whatever clock calls are timed by.
    private static long Stopwatch() => TimeProvider.System.GetTimestamp();

    private static void Measure(ref long sentAt)
    {
        if (Interlocked.Exchange(ref sentAt, 0) is not 0 and var at)
            Instruments.RequestLatency.Record(TimeProvider.System.GetElapsedTime(at).TotalMilliseconds);
    }

    // A struct around the reference spares the array's type check at every store.
    private struct Slot
    {
        public Request? Request;
    }
}
