using System.Collections.Concurrent;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>
/// The objects of this process that grains may call. Objects are held weakly: one that the application has dropped is gone, and
/// what is sent to it is logged and discarded.
/// </summary>
internal sealed class ObserverRegistry
{
    private readonly ConcurrentDictionary<IdSpan, ObserverQueue> _queues = new();
    private readonly ObserverHost _host;

    /// <summary>Makes the registry of one process.</summary>
    /// <param name="host">The process.</param>
    /// <param name="clientKey">What tells its client from all others; see <see cref="ClientKeys"/>.</param>
    public ObserverRegistry(ObserverHost host, string clientKey)
    {
        _host = host;
        ClientId = GrainId.Create(ClientType, clientKey);
    }

    /// <summary>The grain type of clients and of their observers.</summary>
    public static GrainType ClientType { get; } = GrainType.Create("sys.client");

    /// <summary>The identity of this process as a client.</summary>
    public GrainId ClientId { get; }

    public static bool Owns(GrainType grainType) => grainType.Equals(ClientType);

    /// <summary>Makes an object callable.</summary>
    /// <exception cref="InvalidOperationException">A grain asks for it.</exception>
    /// <exception cref="ArgumentException">The object is a grain, a reference, or of another interface.</exception>
    public GrainReference Add(Type interfaceType, IGrainObserver target)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (RuntimeContext.Current is not null)
            throw new InvalidOperationException("A grain cannot make an object reference; pass the grain's own reference instead.");
        if (target is GrainReference) throw new ArgumentException("The object is already a reference.", nameof(target));
        if (target is IGrainBase) throw new ArgumentException("The object is a grain; pass its own reference instead.", nameof(target));
        if (!interfaceType.IsInstanceOfType(target))
            throw new ArgumentException($"{target.GetType()} does not implement {interfaceType}.", nameof(target));

        var key = IdSpan.Create($"{ClientId.Key}+{Guid.NewGuid():N}");
        var reference = _host.References.Create(ClientType, interfaceType, key);
        _queues[key] = new ObserverQueue(_host, target);
        return reference;
    }

    /// <summary>Ends a reference. What is sent to it from now on is discarded.</summary>
    public void Remove(IGrainObserver reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        if (reference is not GrainReference made)
            throw new ArgumentException("Give the reference that CreateObjectReference returned, not the object.", nameof(reference));
        _queues.TryRemove(made.Key, out _);
    }

    /// <summary>Hands a request to its object, if it is one of this process.</summary>
    public bool TryRoute(Request request)
    {
        if (!_queues.TryGetValue(request.Reference.Key, out var queue) || !queue.IsAlive) return false;
        request.Queue = queue;
        queue.Post(request);
        return true;
    }

    public void Route(Request request)
    {
        var key = request.Reference.Key;
        if (!_queues.TryGetValue(key, out var queue) || !queue.IsAlive)
        {
            _queues.TryRemove(key, out _);
            EngineLog.ObserverGone(_host.Log, request.Reference.GrainId, request.ToString());
            request.Settle(new ClientNotAvailableException(request.Reference.GrainId));
            return;
        }

        request.Queue = queue;
        queue.Post(request);
    }

    /// <summary>Forgets objects that the application has dropped.</summary>
    public void Sweep()
    {
        foreach (var (key, queue) in _queues)
            if (!queue.IsAlive) _queues.TryRemove(key, out _);
    }
}
