using Microsoft.Extensions.DependencyInjection;
using Orleans.Bundled;
using Orleans.Core;
using Orleans.Runtime;

namespace Orleans;

/// <summary>The usual base class of grains.</summary>
/// <remarks>Its protected services may be used on the grain's own turns only.</remarks>
public abstract class Grain : IGrainBase, IAddressable
{
    private readonly IGrainRuntime? _runtime;

    /// <summary>Binds the grain to the activation that constructs it.</summary>
    protected Grain()
        : this(RuntimeContext.Current ?? throw new InvalidOperationException(
            "A grain is constructed by the runtime; give a context to the constructor to make one in a unit test."))
    {
    }

    /// <summary>Binds the grain to the given activation; meant for unit tests.</summary>
    protected Grain(IGrainContext grainContext, IGrainRuntime? grainRuntime = null)
    {
        ArgumentNullException.ThrowIfNull(grainContext);
        GrainContext = grainContext;
        _runtime = grainRuntime;
    }

    /// <summary>The activation that this instance belongs to.</summary>
    public IGrainContext GrainContext { get; }

    /// <summary>A reference to this grain.</summary>
    public GrainReference GrainReference => GrainContext.GrainReference;

    /// <summary>The grain's identity as text.</summary>
    public string IdentityString => GrainContext.GrainId.ToString();

    /// <summary>The silo's identity as text.</summary>
    public string RuntimeIdentity => Runtime.SiloIdentity;

    /// <summary>Makes references to other grains.</summary>
    /// <exception cref="InvalidOperationException">The code does not run on a turn of this grain.</exception>
    protected IGrainFactory GrainFactory
    {
        get
        {
            CheckAccess();
            return Runtime.GrainFactory;
        }
    }

    /// <summary>The services of this activation.</summary>
    protected internal IServiceProvider ServiceProvider => GrainContext.ActivationServices;

    internal IGrainRuntime Runtime => _runtime ?? GrainRuntimeOf(GrainContext);

#pragma warning disable CA1725 // The programming model names the token differently on the class and on the interface; named arguments rely on it.
    /// <inheritdoc cref="IGrainBase.OnActivateAsync"/>
    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc cref="IGrainBase.OnDeactivateAsync"/>
    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Task.CompletedTask;
#pragma warning restore CA1725

    /// <summary>Ends this activation after its running requests; the next call makes a new one.</summary>
    protected void DeactivateOnIdle()
    {
        CheckAccess();
        Runtime.DeactivateOnIdle(GrainContext);
    }

    /// <inheritdoc cref="IGrainRuntime.DelayDeactivation"/>
    protected void DelayDeactivation(TimeSpan timeSpan)
    {
        CheckAccess();
        Runtime.DelayDeactivation(GrainContext, timeSpan);
    }

    /// <summary>Starts a timer whose ticks interleave with requests.</summary>
    [Obsolete("Use this.RegisterGrainTimer(...), whose ticks wait their turn unless Interleave is set.")]
    protected IDisposable RegisterTimer(Func<object?, Task> callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        CheckAccess();
        return Runtime.TimerRegistry.RegisterGrainTimer(
            GrainContext,
            static (timer, _) => timer.callback(timer.state),
            (callback, state),
            new GrainTimerCreationOptions(dueTime, period) { Interleave = true });
    }

    internal static IGrainRuntime GrainRuntimeOf(IGrainContext context) =>
        context is IRuntimeGrainContext own ? own.GrainRuntime : context.ActivationServices.GetRequiredService<IGrainRuntime>();

    internal void CheckAccess()
    {
        // Fakes of unit tests have no turns.
        if (_runtime is null && GrainContext is IRuntimeGrainContext && !ReferenceEquals(RuntimeContext.Current, GrainContext))
        {
            throw new InvalidOperationException(
                $"Activation access violation: a service of grain {GrainContext.GrainId} was used outside of its turns, "
                + "for instance after ConfigureAwait(false) or within Task.Run.");
        }
    }
}

/// <summary>A grain with one persistent state, named <c>state</c>, which is read before <see cref="Grain.OnActivateAsync"/>.</summary>
/// <remarks>The provider is that of <see cref="Orleans.Providers.StorageProviderAttribute"/>, or the default one.</remarks>
public class Grain<TGrainState> : Grain
{
    private readonly IStorage<TGrainState> _storage;

    /// <summary>Binds the grain to the activation that constructs it.</summary>
    protected Grain() => _storage = Runtime.GetStorage<TGrainState>(GrainContext);

    /// <summary>Uses the given storage; meant for unit tests.</summary>
    protected Grain(IStorage<TGrainState> storage) => _storage = storage;

    /// <summary>The state in memory. It becomes durable by <see cref="WriteStateAsync()"/>.</summary>
    protected TGrainState State
    {
        get => _storage.State;
        set => _storage.State = value;
    }

    /// <summary>Replaces <see cref="State"/> by what is stored.</summary>
    protected virtual Task ReadStateAsync() => _storage.ReadStateAsync();

    /// <summary>Stores <see cref="State"/>.</summary>
    /// <exception cref="Orleans.Storage.InconsistentStateException">The stored state changed since it was read.</exception>
    protected virtual Task WriteStateAsync() => _storage.WriteStateAsync();

    /// <summary>Clears what is stored, and <see cref="State"/>.</summary>
    /// <exception cref="Orleans.Storage.InconsistentStateException">The stored state changed since it was read.</exception>
    protected virtual Task ClearStateAsync() => _storage.ClearStateAsync();
}
