namespace OrleansSocial.Realtime;

/// <summary>One way from this silo to a node: a parcel is under way at a time, and what comes meanwhile makes the next one.</summary>
/// <remarks>Invariants:
/// 1. Events arrive in the order in which they are added, each once at most: none is sent again.
/// 2. Whoever may have missed one is named in the next parcel that arrives.
/// 3. What waits has an end, in events and in keys; one more is missed.
/// A parcel grows while the one before is under way, so the busier a node is the fewer calls it gets.</remarks>
internal sealed class NodeLink(INodeEar ear, RealtimeOptions options) : IThreadPoolWorkItem
{
    private const int MissedKeysMax = 10_000;

    private readonly Lock _gate = new();
    private List<Told> _waiting = [];
    private int _waitingKeys;
    private HashSet<Guid>? _missed;
    private bool _allMissed;
    private bool _sending;

    /// <summary>Adds an event.</summary>
    public void Add(Told told)
    {
        lock (_gate)
        {
            if (_waiting.Count >= options.LinkEventsMax || (_waitingKeys > 0 && _waitingKeys + told.Keys.Count > options.LinkKeysMax)) Miss(told.Keys);
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
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private async Task Send()
    {
        while (Next() is { } parcel)
        {
            try
            {
                LinkMetrics.Sent(parcel);
                await ear.Hear(parcel);
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
                    return;
                }
            }
        }
    }

    private LiveParcel? Next()
    {
        lock (_gate)
        {
            if (_waiting.Count == 0 && _missed is null && !_allMissed)
            {
                _sending = false;
                return null;
            }

            var parcel = new LiveParcel(_waiting, _missed?.ToArray(), _allMissed);
            (_waiting, _waitingKeys, _missed, _allMissed) = ([], 0, null, false);
            return parcel;
        }
    }

    private void Miss(IReadOnlyList<Guid> keys)
    {
        if (_allMissed) return;
        (_missed ??= []).UnionWith(keys);
        if (_missed.Count > MissedKeysMax) (_missed, _allMissed) = (null, true);
    }
}
