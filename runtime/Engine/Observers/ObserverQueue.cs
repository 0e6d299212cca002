using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.Bundled;

/// <summary>
/// The calls of one observer object: one at a time in the order they arrived, on the thread pool and on no grain's scheduler.
/// Methods that always interleave start at once.
/// </summary>
internal sealed class ObserverQueue(ObserverHost host, IGrainObserver target) : IWorkQueue, ITargetHolder, IThreadPoolWorkItem
{
    private readonly WeakReference<IGrainObserver> _target = new(target);
    private readonly Queue<WorkItem> _posted = [];
    private readonly LinkedList<Request> _waiting = [];
    private Request? _running;
    private bool _draining;

    public bool IsAlive => _target.TryGetTarget(out _);

    public object? GetTarget() => _target.TryGetTarget(out var alive) ? alive : null;

    public object? GetComponent(Type componentType) => null;

    public void Post(WorkItem item)
    {
        lock (_posted)
        {
            _posted.Enqueue(item);
            if (_draining) return;
            _draining = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            WorkItem? item;
            lock (_posted)
            {
                if (!_posted.TryDequeue(out item))
                {
                    _draining = false;
                    return;
                }
            }

            item.Run(this);
            RequestContext.Import(null);
        }
    }

    public void Arrive(Request request)
    {
        if (_running is null || request.IsAlwaysInterleave) Start(request);
        else _waiting.AddLast(request);
    }

    public void Finished(Request request)
    {
        if (ReferenceEquals(_running, request)) _running = null;
        while (_running is null && _waiting.First is { } next)
        {
            _waiting.RemoveFirst();
            Start(next.Value);
            RequestContext.Import(null);
        }
    }

    public void Cancelled(Request request)
    {
        if (request.IsStarted) request.CancelCallee();
        else if (_waiting.Remove(request)) request.SettleCancelled();
    }

    public void Failed(Request request, Exception exception)
    {
        if (request.IsOneWay) EngineLog.OneWayFailed(host.Log, exception, request.ToString());
    }

    private void Start(Request request)
    {
        if (request.IsCancelRequested) request.SettleCancelled();
        if (request.IsSettled) return;
        if (GetTarget() is not { } alive)
        {
            EngineLog.ObserverGone(host.Log, request.Reference.GrainId, request.ToString());
            request.Settle(new ClientNotAvailableException(request.Reference.GrainId));
            return;
        }

        if (!request.IsAlwaysInterleave) _running = request;
        request.MarkStarted();
        if (request.Context is { } context) RequestContext.Import(context);
        var ended = host.IncomingFilters.Length > 0
            ? request.StartFiltered(IncomingCallContext.Run(request, alive, null, host.IncomingFilters))
            : request.Start(alive);
        if (!ended) return;
        request.MarkEnded();
        if (ReferenceEquals(_running, request)) _running = null;
    }
}
