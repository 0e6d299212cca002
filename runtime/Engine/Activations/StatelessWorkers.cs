using System.Collections.Concurrent;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>The pools of one stateless worker class: for each key a few ordinary activations that share the calls.</summary>
internal sealed class StatelessWorkers(GrainClass grainClass, StatelessWorkerPlacement placement)
{
    private readonly ConcurrentDictionary<IdSpan, Pool> _pools = new();

    /// <summary>Which worker has begun which enumeration, because the calls that go on with it may meet another one.</summary>
    public ConcurrentDictionary<Guid, AsyncEnumerations> Enumerations { get; } = new();

    public bool RemovesIdleWorkers => placement.RemoveIdleWorkers;

    /// <summary>Chooses the worker of a request: an idle one, else a new one while there may be more, else the least busy one.</summary>
    public Activation Take(IdSpan key)
    {
        while (true)
        {
            if (_pools.GetOrAdd(key, static _ => new Pool()).Take(grainClass, key, placement.MaxLocal) is { } worker) return worker;
        }
    }

    public IEnumerable<Activation> All() => _pools.Values.SelectMany(static pool => pool.All());

    public void Remove(Activation activation)
    {
        if (_pools.TryGetValue(activation.Key, out var pool) && pool.Remove(activation))
            _pools.TryRemove(new KeyValuePair<IdSpan, Pool>(activation.Key, pool));
    }

    /// <summary>Ends workers that were idle for some cycles, down to one in each pool.</summary>
    public void RemoveIdle(int minIdleCycles)
    {
        foreach (var pool in _pools.Values) pool.RemoveIdle(minIdleCycles);
    }

    private sealed class Pool
    {
        private readonly List<Activation> _workers = [];
        private bool _removed;

        // Null when the pool has been emptied and removed meanwhile.
        public Activation? Take(GrainClass grainClass, IdSpan key, int max)
        {
            lock (_workers)
            {
                if (_removed) return null;
                var worker = LeastBusy();
                if (worker is null || (Volatile.Read(ref worker.Extras.Load) > 0 && _workers.Count < max))
                {
                    worker = new Activation(grainClass, key);
                    _workers.Add(worker);
                }

                Interlocked.Increment(ref worker.Extras.Load);
                return worker;
            }
        }

        public Activation[] All()
        {
            lock (_workers) return [.. _workers];
        }

        // True when that was the last one.
        public bool Remove(Activation activation)
        {
            lock (_workers)
            {
                _workers.Remove(activation);
                return _removed = _workers.Count == 0;
            }
        }

        public void RemoveIdle(int minIdleCycles)
        {
            lock (_workers)
            {
                var idle = 0;
                foreach (var worker in _workers)
                {
                    var extras = worker.Extras;
                    extras.IdleCycles = Volatile.Read(ref extras.Load) == 0 && !extras.IsEnumerated && worker.State == ActivationState.Valid ? extras.IdleCycles + 1 : 0;
                    if (extras.IdleCycles < minIdleCycles || ++idle >= _workers.Count) continue;
                    worker.Deactivate(new DeactivationReason(DeactivationReasonCode.ActivationIdle, "Fewer workers are enough."));
                }
            }
        }

        private Activation? LeastBusy()
        {
            Activation? best = null;
            var least = int.MaxValue;
            foreach (var worker in _workers)
            {
                if (worker.State > ActivationState.Valid) continue;
                var load = Volatile.Read(ref worker.Extras.Load);
                if (load >= least) continue;
                (best, least) = (worker, load);
                if (load == 0) break;
            }

            return best;
        }
    }
}
