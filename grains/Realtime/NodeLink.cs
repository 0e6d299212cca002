namespace OrleansSocial.Realtime;

/// <summary>One way from this silo to a node: a parcel is under way at a time, and what comes meanwhile makes the next one.</summary>
/// <remarks>Invariants:
/// 1. Events arrive in the order in which they are added, each once at most: none is sent again.
/// 2. Whoever may have missed one is named in the next parcel that arrives.
/// 3. What waits has an end, in events and in keys; one more is missed.
/// The more people a parcel concerns, the longer the next one waits, some milliseconds at most: what comes meanwhile goes with it, in one call
/// and in one piece to each connection. So a pair waits for nothing, and the busier a node is, the less a delivery costs.</remarks>
internal sealed class NodeLink : IThreadPoolWorkItem
{
    private const int MissedKeysMax = 10_000;

    // Somewhat more than it takes a node to hand an event to a connection.
    private static readonly TimeSpan s_pauseEach = TimeSpan.FromMicroseconds(80);

    private readonly INodeEar _ear;
    private readonly RealtimeOptions _options;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _pauseMax;
    private readonly ITimer _turn;
    private readonly Lock _gate = new();
    private long _sentAt;
    private TimeSpan _pause;
    private List<Told> _waiting = [];
    private int _waitingKeys;
    private HashSet<Guid>? _missed;
    private bool _allMissed;
    private bool _sending;

    /// <summary>A way to a node.</summary>
    public NodeLink(INodeEar ear, RealtimeOptions options, TimeProvider clock)
    {
        (_ear, _options, _clock, _pauseMax) = (ear, options, clock, TimeSpan.FromMilliseconds(options.ParcelMilliseconds));
        _turn = clock.CreateTimer(static link => _ = ((NodeLink)link!).Send(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Adds an event.</summary>
    public void Add(Told told)
    {
        lock (_gate)
        {
            if (_waiting.Count >= _options.LinkEventsMax || (_waitingKeys > 0 && _waitingKeys + told.Keys.Count > _options.LinkKeysMax)) Miss(told.Keys);
            else
            {
                _waiting.Add(told);
                _waitingKeys += told.Keys.Count;
            }

            Start();
        }
    }

    /// <summary>Tells who may have missed something, if anybody has.</summary>
    public void TellMissed()
    {
        lock (_gate)
        {
            if (_missed is not null || _allMissed) Start();
        }
    }

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute() => _ = Send();

    private void Start()
    {
        if (_sending) return;
        _sending = true;
        if (_pause - _clock.GetElapsedTime(_sentAt) is { Ticks: > 0 } early) _turn.Change(early, Timeout.InfiniteTimeSpan);
        else ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private async Task Send()
    {
        LiveParcel parcel;
        lock (_gate)
        {
            parcel = new LiveParcel(_waiting, _missed?.ToArray(), _allMissed);
            var pause = s_pauseEach * _waitingKeys;
            _pause = pause < _pauseMax ? pause : _pauseMax;
            (_waiting, _waitingKeys, _missed, _allMissed, _sentAt) = ([], 0, null, false, _clock.GetTimestamp());
        }

        try
        {
            LinkMetrics.Sent(parcel);
            await _ear.Hear(parcel);
            lock (_gate)
            {
                _sending = false;
                if (_waiting.Count > 0) Start();
            }
        }
        catch (Exception)
        {
            // It is told with the next event, or with the next word of the node: whoever is gone does not come back for it.
            LinkMetrics.Missed(parcel);
            lock (_gate)
            {
                foreach (var told in parcel.Told.Concat(_waiting)) Miss(told.Keys);
                if (parcel.Missed is { } missed) Miss(missed);
                _allMissed |= parcel.AllMissed;
                (_waiting, _waitingKeys, _sending) = ([], 0, false);
            }
        }
    }

    private void Miss(IReadOnlyList<Guid> keys)
    {
        if (_allMissed) return;
        (_missed ??= []).UnionWith(keys);
        if (_missed.Count > MissedKeysMax) (_missed, _allMissed) = (null, true);
    }
}
