namespace OrleansSocial.Kernel;

/// <summary>What a slice does because of events of others: declared in its module, with a name that is kept for ever.</summary>
/// <remarks>
/// It has a durable place in the log and hears of every event from the start of the log on, at least once. What a handler adds to its
/// <see cref="Effects"/> is stored in one transaction with the place, so that happens exactly once; what it does elsewhere, such as a call
/// to a grain, may happen again and is bound to <see cref="StoredEvent.Id"/>. Events of one topic are handled one after the other in their
/// order. A handler that throws is tried again, later and later; then its event is parked, and those after it go on.
/// </remarks>
internal sealed class Subscription(string name)
{
    private readonly Dictionary<string, Func<StoredEvent, Effects, ValueTask>> _handlers = new(StringComparer.Ordinal);

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>The events that it hears of, by their names in the log.</summary>
    public IReadOnlyCollection<string> Aliases => _handlers.Keys;

    /// <summary>Handles an event of one kind.</summary>
    public Subscription On<TEvent>(Func<TEvent, StoredEvent, Effects, ValueTask> handle)
        where TEvent : class, IEvent
    {
        _handlers.Add(EventDeclaration.Of(typeof(TEvent)).Alias, (stored, effects) => handle((TEvent)stored.Happened, stored, effects));
        return this;
    }

    /// <summary>Runs the handler of an event.</summary>
    public ValueTask Handle(StoredEvent stored, Effects effects) => _handlers[EventDeclaration.Of(stored.Happened.GetType()).Alias](stored, effects);
}

/// <summary>The subscriptions of all slices.</summary>
internal sealed class Subscriptions(IEnumerable<Subscription> all)
{
    /// <summary>By their names.</summary>
    public IReadOnlyDictionary<string, Subscription> ByName { get; } = all.ToDictionary(one => one.Name, StringComparer.Ordinal);

    /// <summary>Those that hear of an event, by its name in the log.</summary>
    public ILookup<string, string> NamesByAlias { get; } = all.SelectMany(one => one.Aliases.Select(alias => (alias, one.Name))).ToLookup(one => one.alias, one => one.Name);
}

/// <summary>Rows and events that are to be stored together, such as what the handlers of events want.</summary>
internal sealed class Effects
{
    private readonly List<Action<Write, Rows>> _all = [];

    /// <summary>How many there are.</summary>
    public int Count => _all.Count;

    /// <summary>A row of the slice.</summary>
    public void Add<T>(Statement<T> into, T row) => _all.Add((_, rows) => rows.Add(into, row));

    /// <summary>An event that follows from the one that is handled.</summary>
    public void Happened(IEvent happened) => _all.Add((by, rows) => rows.Happened(by, happened));

    /// <summary>An event that follows from it at a later time.</summary>
    public void Due(DateTimeOffset at, IEvent happens) => _all.Add((_, rows) => rows.Due(at, happens));

    /// <summary>Takes an event back that was to happen.</summary>
    public void NotDue<TEvent>(Guid topic)
        where TEvent : class, IEvent => _all.Add((_, rows) => rows.NotDue<TEvent>(topic));

    /// <summary>A job that is to run, from a time on; at once without one. When its kind has one with this key, it is that one, and nothing happens.</summary>
    /// <exception cref="ArgumentException">Its key or its data is too long.</exception>
    public void Enqueue(IJob job, DateTimeOffset? at = null)
    {
        JobRules.Check(job);
        _all.Add((_, rows) => rows.Add(JobStore.Enqueued, new(Guid.CreateVersion7(rows.At), JobDeclaration.Of(job.GetType()), job, at)));
    }

    /// <summary>Cancels a job, or tells it to stop when it runs; nothing when there is none, or it has ended.</summary>
    public void Cancel<TJob>(string key)
        where TJob : class, IJob => Add(JobStore.Cancelled, (JobDeclaration.Of(typeof(TJob)).Kind, key));

    /// <summary>Everything that another has.</summary>
    public void Add(Effects others) => _all.AddRange(others._all);

    /// <summary>Adds all of it to a transaction.</summary>
    public void Render(Write by, Rows rows)
    {
        foreach (var effect in _all) effect(by, rows);
    }
}
