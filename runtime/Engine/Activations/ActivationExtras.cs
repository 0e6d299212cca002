using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>What few activations need: components, timers, services of their own, sections, a lifecycle.</summary>
internal sealed class ActivationExtras
{
    private readonly Lock _lock = new();
    private ActivationId _id;
    private Dictionary<Type, object>? _components;
    private Dictionary<Guid, int>? _sections;
    private List<IActivationTimer>? _timers;
    private AsyncServiceScope? _scope;
    private TaskCompletionSource? _deactivated;
    private CancellationTokenSource? _endRequested;
    private bool _ended;

    /// <summary>Requests on a stateless worker; counted by its pool.</summary>
    public int Load;

    /// <summary>Whether somebody enumerates what a method returned.</summary>
    public volatile bool IsEnumerated;

    /// <summary>Cycles a stateless worker has been idle for.</summary>
    public int IdleCycles;

    /// <summary>Why and how the activation ends; set once.</summary>
    public DeactivationReason Reason { get; set; }

    /// <summary>Cuts the grain's own deactivation work short.</summary>
    public CancellationToken DeactivationToken { get; set; }

    /// <summary>Cancels the grain's activation work.</summary>
    public CancellationTokenSource? Activating { get; set; }

    /// <summary>The time of the clock until which idle collection leaves the activation alone.</summary>
    public int KeepAliveUntil { get; set; }

    /// <summary>Fires when the end of the activation was asked for, for requests that would keep it waiting. On its turn only.</summary>
    public CancellationToken EndRequested
    {
        get
        {
            _endRequested ??= new CancellationTokenSource();
            return _endRequested.Token;
        }
    }

    public GrainLifecycle? LifecycleOrNull { get; private set; }

    public bool HasSections => _sections is { Count: > 0 };

    public ActivationId ActivationId
    {
        get
        {
            lock (_lock)
            {
                if (_id.IsDefault) _id = ActivationId.NewId();
                return _id;
            }
        }
    }

    public object? GetComponent(Type type)
    {
        lock (_lock) return _components?.GetValueOrDefault(type);
    }

    public void SetComponent(Type type, object? value)
    {
        lock (_lock)
        {
            if (value is null) _components?.Remove(type);
            else (_components ??= [])[type] = value;
        }
    }

    public object GetOrAddComponent(Type type, Func<object> make)
    {
        lock (_lock)
        {
            if (_components?.GetValueOrDefault(type) is { } known) return known;
        }

        // What makes a component may ask for others.
        var made = make();
        lock (_lock)
        {
            _components ??= [];
            return _components.TryAdd(type, made) ? made : _components[type];
        }
    }

    public bool HasSection(Guid id)
    {
        lock (_lock) return _sections is not null && _sections.ContainsKey(id);
    }

    public void EnterSection(Guid id)
    {
        lock (_lock)
        {
            _sections ??= [];
            _sections[id] = _sections.GetValueOrDefault(id) + 1;
        }
    }

    public void LeaveSection(Guid id)
    {
        lock (_lock)
        {
            if (_sections is null || !_sections.TryGetValue(id, out var count)) return;
            if (count == 1) _sections.Remove(id);
            else _sections[id] = count - 1;
        }
    }

    public GrainLifecycle Lifecycle(ILogger log)
    {
        lock (_lock) return LifecycleOrNull ??= new GrainLifecycle(log);
    }

    public IServiceProvider Services(Activation activation)
    {
        lock (_lock)
        {
            if (_scope is null)
            {
                _scope = activation.Class.Engine.Services.CreateAsyncScope();
                _scope.Value.ServiceProvider.GetRequiredService<GrainContextHolder>().Context = activation;
            }

            return _scope.Value.ServiceProvider;
        }
    }

    public AsyncServiceScope? TakeScope()
    {
        lock (_lock)
        {
            var scope = _scope;
            _scope = null;
            return scope;
        }
    }

    /// <summary>Completes when the activation has ended.</summary>
    public Task Deactivated(Activation activation)
    {
        lock (_lock)
        {
            if (_ended || activation is { IsInvalid: true, InOperation: false }) return Task.CompletedTask;
            return (_deactivated ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    public void End()
    {
        lock (_lock)
        {
            _ended = true;
            _deactivated?.TrySetResult();
        }
    }

    public void RequestEnd() => _endRequested?.Cancel();

    public void AddTimer(IActivationTimer timer)
    {
        lock (_lock) (_timers ??= []).Add(timer);
    }

    public void RemoveTimer(IActivationTimer timer)
    {
        lock (_lock) _timers?.Remove(timer);
    }

    public void DisposeTimers()
    {
        IActivationTimer[] timers;
        lock (_lock)
        {
            if (_timers is null) return;
            timers = [.. _timers];
            _timers = null;
        }

        foreach (var timer in timers) timer.Dispose();
    }
}

/// <summary>A timer that ends with its activation.</summary>
internal interface IActivationTimer : IDisposable;

/// <summary>The stages of one activation's life.</summary>
internal sealed class GrainLifecycle(ILogger logger) : LifecycleSubject(logger), IGrainLifecycle;

/// <summary>Lets services of an activation's scope ask for the activation.</summary>
internal sealed class GrainContextHolder
{
    public IGrainContext? Context { get; set; }
}
