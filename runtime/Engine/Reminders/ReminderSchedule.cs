using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>When the reminders of one slice are due. Used on the turns of one grain: it needs no locks.</summary>
internal sealed class ReminderSchedule
{
    private readonly Dictionary<(GrainId Grain, string Name), Scheduled> _byName = [];
    private readonly PriorityQueue<Scheduled, DateTime> _queue = new();

    public int Count => _byName.Count;

    public IEnumerable<(GrainId Grain, string Name)> Names => _byName.Keys;

    /// <summary>When the next one is due; null when none is.</summary>
    public DateTime? NextDue
    {
        get
        {
            while (_queue.TryPeek(out var first, out var due))
            {
                if (!first.IsRemoved) return due;
                _queue.Dequeue();
            }

            return null;
        }
    }

    /// <summary>The first time after <paramref name="now"/> at which a reminder is due, whatever was missed before.</summary>
    public static DateTime DueAfter(ReminderEntry entry, DateTime now)
    {
        if (entry.StartAt > now) return entry.StartAt;
        // Options may allow a period of nothing: ticks then come one after the other, with room for others between them.
        if (entry.Period <= TimeSpan.Zero) return now.AddMilliseconds(1);
        var periods = ((now - entry.StartAt).Ticks / entry.Period.Ticks) + 1;
        var left = (DateTime.MaxValue - entry.StartAt).Ticks / entry.Period.Ticks;
        return periods > left ? DateTime.MaxValue : entry.StartAt + (entry.Period * periods);
    }

    /// <summary>Schedules a reminder in place of the one of that name; one that is scheduled in that version already stays.</summary>
    /// <param name="entry">The reminder.</param>
    /// <param name="now">The time.</param>
    /// <param name="isNew">Whether it was registered now, so that a due time of zero is a tick at once.</param>
    public void Set(ReminderEntry entry, DateTime now, bool isNew)
    {
        var name = (entry.GrainId, entry.ReminderName);
        if (_byName.TryGetValue(name, out var known))
        {
            if (known.Entry.ETag == entry.ETag) return;
            known.IsRemoved = true;
        }

        var scheduled = new Scheduled(entry);
        _byName[name] = scheduled;
        _queue.Enqueue(scheduled, isNew ? entry.StartAt : DueAfter(entry, now));
    }

    public void Remove(GrainId grain, string name)
    {
        if (_byName.Remove((grain, name), out var known)) known.IsRemoved = true;
    }

    /// <summary>Takes a reminder that is due; null when none is. It is due again after <see cref="Done"/>.</summary>
    public Scheduled? TakeDue(DateTime now)
    {
        if (NextDue is not { } due || due > now) return null;
        return _queue.Dequeue();
    }

    /// <summary>A tick has ended: the next one comes on schedule, and those that fell into the tick are left out.</summary>
    public void Done(Scheduled scheduled, DateTime now)
    {
        if (!scheduled.IsRemoved) _queue.Enqueue(scheduled, DueAfter(scheduled.Entry, now));
    }

    internal sealed class Scheduled(ReminderEntry entry)
    {
        public ReminderEntry Entry => entry;

        /// <summary>Whether it was removed or replaced; what is left of it in the queue does not count.</summary>
        public bool IsRemoved { get; set; }
    }
}
