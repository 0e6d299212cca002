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
