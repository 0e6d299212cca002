using System.Collections.Concurrent;
using System.Reflection;
using Orleans.Concurrency;
using Orleans.Placement;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.Bundled;

/// <summary>One grain class in one silo: how its instances are made, what its attributes ask for, and which are active.</summary>
internal sealed class GrainClass
{
    private readonly ConcurrentDictionary<IdSpan, Activation> _activations = new();
    private readonly Lazy<Func<object, IInvokable, bool>?> _mayInterleave;
    private readonly Func<IGrainContext, object> _create;

    public GrainClass(GrainEngine engine, GrainType grainType, Type type, Func<IGrainContext, object> create)
    {
        Engine = engine;
        GrainType = grainType;
        Type = type;
        _create = create;
        IsOfTheRuntime = grainType.ToString().StartsWith("sys.", StringComparison.Ordinal);
        IsReentrant = type.IsDefined(typeof(ReentrantAttribute), inherit: true);
        _mayInterleave = new Lazy<Func<object, IInvokable, bool>?>(() => InterleavePredicate.Of(type));
        HasActivateHook = Overrides(nameof(IGrainBase.OnActivateAsync));
        HasDeactivateHook = Overrides(nameof(IGrainBase.OnDeactivateAsync));
        HasActivationWork = HasActivateHook || typeof(ILifecycleParticipant<IGrainLifecycle>).IsAssignableFrom(type);
        HasFilters = engine.IncomingFilters.Length > 0 || typeof(IIncomingGrainCallFilter).IsAssignableFrom(type);
        CollectionAge = engine.CollectionAgeOf(type);
        var placement = type.GetCustomAttribute<PlacementAttribute>(inherit: true)?.PlacementStrategy;
        if (placement is StatelessWorkerPlacement workers) Workers = new StatelessWorkers(this, workers);
        IsOwned = placement is not (StatelessWorkerPlacement or SiloKeyPlacement);
        QueueLimit = engine.QueueLimit(Workers is not null);
        QueueWarning = engine.QueueWarning(Workers is not null);
    }

    public GrainEngine Engine { get; }

    public GrainType GrainType { get; }

    public Type Type { get; }

    /// <summary>The name of the class for people.</summary>
    public string Name => Type.ToString();

    /// <summary>Whether its grains are the runtime's own, which are no business of applications.</summary>
    public bool IsOfTheRuntime { get; }

    public bool IsReentrant { get; }

    /// <summary>Whether calls pass through filters.</summary>
    public bool HasFilters { get; }

    public bool HasActivateHook { get; }

    public bool HasDeactivateHook { get; }

    /// <summary>Whether activation is more than the constructor.</summary>
    public bool HasActivationWork { get; }

    /// <summary>After how many units of the clock an unused activation ends; <see cref="int.MaxValue"/> for never.</summary>
    public int CollectionAge { get; }

    /// <summary>How many requests may wait; zero for any number.</summary>
    public int QueueLimit { get; }

    /// <summary>At how many waiting requests a warning is logged; zero for never.</summary>
    public int QueueWarning { get; }

    /// <summary>The pools of a stateless worker class; null for other classes.</summary>
    public StatelessWorkers? Workers { get; }

    /// <summary>Whether the cluster gives each grain of the class to one silo. Workers are everywhere, and grains of a silo are fixed.</summary>
    public bool IsOwned { get; }

    public Func<object, IInvokable, bool>? MayInterleave { get; private set; }

    public IEnumerable<Activation> Activations => Workers is null
        ? _activations.Select(static pair => pair.Value)
        : Workers.All();

    public int Count => Workers is null ? _activations.Count : Workers.All().Count();

    public Activation? Find(IdSpan key) => _activations.GetValueOrDefault(key);

    public Activation GetOrAdd(IdSpan key) =>
        _activations.GetOrAdd(key, static (key, grainClass) => new Activation(grainClass, key), this);

    public void Unregister(Activation activation)
    {
        if (Workers is not null) Workers.Remove(activation);
        else _activations.TryRemove(new KeyValuePair<IdSpan, Activation>(activation.Key, activation));
    }

    /// <summary>Makes an instance. Runs on the activation's turn; throws what the constructor throws.</summary>
    public object Create(Activation activation)
    {
        MayInterleave = _mayInterleave.Value;
        return _create(activation);
    }

    private bool Overrides(string hook)
    {
        if (!typeof(IGrainBase).IsAssignableFrom(Type)) return false;
        var map = Type.GetInterfaceMap(typeof(IGrainBase));
        var index = Array.FindIndex(map.InterfaceMethods, m => m.Name == hook);
        var declaring = map.TargetMethods[index]?.DeclaringType;
        return declaring != typeof(Grain) && declaring != typeof(IGrainBase);
    }
}
