using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>
/// One activation of a grain: its mailbox, its scheduler, its gate and its life. One object is all of them, because a silo
/// holds millions; what few activations need lives in <see cref="ActivationExtras"/>.
/// </summary>
/// <remarks>
/// Invariants:
/// 1. Everything below the mailbox runs within a drain, and at most one drain runs at a time: the gate needs no locks.
/// 2. The state only moves forward; an activation that is Invalid holds no request.
/// 3. A request is started at most once, and only while the state is Valid.
/// </remarks>
internal sealed partial class Activation : TaskScheduler, IThreadPoolWorkItem, IRuntimeGrainContext, IWorkQueue, IGrainExtensionBinder
{
    private readonly GrainClass _class;
    private readonly IdSpan _key;
    private object? _instance;
    private ActivationExtras? _extras;

    public Activation(GrainClass grainClass, IdSpan key)
    {
        _class = grainClass;
        _key = key;
        _lastUsed = grainClass.Engine.Ages.Now;
    }

    public GrainId GrainId => GrainId.Create(_class.GrainType, _key);

    public IdSpan Key => _key;

    public GrainClass Class => _class;

    public object? GrainInstance => _instance;

    public bool IsInvalid => _state == ActivationState.Invalid;

    public ActivationState State => _state;

    public IGrainRuntime GrainRuntime => _class.Engine.GrainRuntime;

    public GrainReference GrainReference => _class.Engine.References.Untyped(GrainId);

    public ActivationId ActivationId => Extras.ActivationId;

    public GrainAddress Address => new()
    {
        GrainId = GrainId,
        ActivationId = ActivationId,
        SiloAddress = GrainRuntime.SiloAddress,
    };

    public IServiceProvider ActivationServices => Extras.Services(this);

    public IGrainLifecycle ObservableLifecycle => Extras.Lifecycle(_class.Engine.Log);

    public Task Deactivated => Extras.Deactivated(this);

    internal ActivationExtras Extras
    {
        get
        {
            if (_extras is { } extras) return extras;
            var made = new ActivationExtras();
            return Interlocked.CompareExchange(ref _extras, made, null) ?? made;
        }
    }

    public object? GetTarget() => _instance;

    public object? GetComponent(Type componentType)
    {
        ArgumentNullException.ThrowIfNull(componentType);
        return _extras?.GetComponent(componentType)
            ?? (componentType.IsInstanceOfType(this) ? this : IsExtension(componentType) ? InstallExtension(componentType) : null);
    }

    public void SetComponent<TComponent>(TComponent? value)
        where TComponent : class => Extras.SetComponent(typeof(TComponent), value);

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => base.GetHashCode();

    public override string ToString() => $"{GrainId} ({_state})";
}
