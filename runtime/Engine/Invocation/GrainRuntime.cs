using Orleans.Core;
using Orleans.Runtime;
using Orleans.Timers;

namespace Orleans.Bundled;

/// <summary>What the base classes of grains ask of their silo.</summary>
internal sealed class GrainRuntime(
    IServiceProvider services,
    IGrainFactory grainFactory,
    ITimerRegistry timers,
    ILocalSiloDetails silo,
    PersistentStateFactory states)
    : IGrainRuntime
{
    public SiloAddress SiloAddress => silo.SiloAddress;

    public string SiloIdentity => silo.SiloAddress.ToString();

    public IGrainFactory GrainFactory => grainFactory;

    public ITimerRegistry TimerRegistry => timers;

    public IServiceProvider ServiceProvider => services;

    public TimeProvider TimeProvider { get; } = Clocks.Of(services, TimeProviderNames.Grains);

    public void DeactivateOnIdle(IGrainContext grainContext)
    {
        ArgumentNullException.ThrowIfNull(grainContext);
        grainContext.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "The grain asked for it."));
    }

    public void DelayDeactivation(IGrainContext grainContext, TimeSpan timeSpan)
    {
        ArgumentNullException.ThrowIfNull(grainContext);
        ((Activation)grainContext).DelayDeactivation(timeSpan);
    }

    public IStorage<TGrainState> GetStorage<TGrainState>(IGrainContext grainContext)
    {
        ArgumentNullException.ThrowIfNull(grainContext);
        return states.CreateForGrain<TGrainState>(grainContext, ((Activation)grainContext).Class.Type);
    }
}

/// <summary>Tells services which activation's turn is running.</summary>
internal sealed class GrainContextAccessor : IGrainContextAccessor
{
    public IGrainContext GrainContext => RuntimeContext.Current!;
}
