namespace OrleansSocial.Realtime;

/// <summary>One live connection of a person, as long as its lease stands.</summary>
internal sealed class LiveLease(ConnectionId connection, long attachment, IConnectionObserver observer)
{
    /// <summary>Which connection.</summary>
    public ConnectionId Connection { get; } = connection;

    /// <summary>Names the time for which this grain has known the connection.</summary>
    public long Attachment { get; } = attachment;

    /// <summary>Who answers for it at its edge.</summary>
    public IConnectionObserver Observer { get; set; } = observer;

    /// <summary>How many pushes were made.</summary>
    public long Number { get; private set; }

    /// <summary>When the lease ends.</summary>
    public DateTimeOffset Until { get; set; }

    /// <summary>Pushes an event under the next number. Nobody waits: a lost push is found by its number.</summary>
    public void Push(LiveEvent happened) => _ = Observer.Push(happened, Attachment, ++Number);

    /// <summary>Offers the position that the pushes so far have reached.</summary>
    public void Offer(string cursor) => _ = Observer.Position(cursor, Attachment, Number);
}

/// <summary>The connections of one person and, after the last of them, the moment until which the person still counts as present.</summary>
/// <remarks>Invariants, checked by <see cref="Check"/>:
/// 1. There are at most as many connections as a person may have, each once.
/// 2. A person with a connection is present; one without is present only while lingering.</remarks>
internal sealed class Connections(int countMax)
{
    private readonly List<LiveLease> _leases = new(1);

    /// <summary>Until when a person without connections still counts as present; null when that is over or never began.</summary>
    public DateTimeOffset? LingersUntil { get; private set; }

    /// <summary>How many there are.</summary>
    public int Count => _leases.Count;

    /// <summary>Whether the person counts as present.</summary>
    public bool Present => _leases.Count > 0 || LingersUntil is not null;

    /// <summary>Every connection.</summary>
    public List<LiveLease>.Enumerator GetEnumerator() => _leases.GetEnumerator();

    /// <summary>Attaches a connection or renews its lease. Null when there are too many.</summary>
    public LiveLease? Attach(ConnectionId connection, IConnectionObserver observer, DateTimeOffset until, Func<long> nextAttachment)
    {
        var lease = _leases.Find(l => l.Connection == connection);
        if (lease is null)
        {
            if (_leases.Count >= countMax) return null;
            _leases.Add(lease = new LiveLease(connection, nextAttachment(), observer));
        }

        (lease.Observer, lease.Until, LingersUntil) = (observer, until, null);
        return lease;
    }

    /// <summary>Removes a connection; the last one leaves its person lingering.</summary>
    public void Detach(ConnectionId connection, DateTimeOffset lingersUntil)
    {
        if (_leases.RemoveAll(l => l.Connection == connection) > 0 && _leases.Count == 0) LingersUntil = lingersUntil;
    }

    /// <summary>Removes every connection.</summary>
    public void DetachAll(DateTimeOffset lingersUntil)
    {
        if (_leases.Count > 0) LingersUntil = lingersUntil;
        _leases.Clear();
    }

    /// <summary>Removes the connections whose lease has ended, and ends lingering when its time has come.</summary>
    public void Expire(DateTimeOffset now, TimeSpan linger)
    {
        if (_leases.RemoveAll(l => l.Until <= now) > 0 && _leases.Count == 0) LingersUntil = now + linger;
        if (LingersUntil <= now) LingersUntil = null;
    }

    /// <summary>When <see cref="Expire"/> may next have something to do; null when never.</summary>
    public DateTimeOffset? NextExpiry
    {
        get
        {
            var next = LingersUntil;
            foreach (var lease in _leases)
                if (next is null || lease.Until < next)
                    next = lease.Until;
            return next;
        }
    }

    /// <summary>Throws when an invariant is broken.</summary>
    public void Check()
    {
        if (_leases.Count > countMax || _leases.DistinctBy(l => l.Connection).Count() != _leases.Count)
            throw new InvalidOperationException("Invariant 1 is broken: too many connections, or one of them twice.");
        if (_leases.Count > 0 && LingersUntil is not null)
            throw new InvalidOperationException("Invariant 2 is broken: a person with connections does not linger.");
    }
}
