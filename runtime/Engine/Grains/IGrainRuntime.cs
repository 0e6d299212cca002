using Orleans.Core;
using Orleans.Timers;

namespace Orleans.Runtime;

/// <summary>What a silo offers to the grains on it.</summary>
public interface IGrainRuntime
{
    /// <summary>The silo.</summary>
    SiloAddress SiloAddress { get; }

    /// <summary>The silo, as text.</summary>
    string SiloIdentity { get; }

    /// <summary>Makes references to grains.</summary>
    IGrainFactory GrainFactory { get; }

    /// <summary>Registers timers of grains.</summary>
    ITimerRegistry TimerRegistry { get; }

    /// <summary>The silo's services.</summary>
    IServiceProvider ServiceProvider { get; }

    /// <summary>The clock of grains.</summary>
    TimeProvider TimeProvider { get; }

    /// <summary>Ends the activation when its running requests are done.</summary>
    void DeactivateOnIdle(IGrainContext grainContext);

    /// <summary>
    /// Keeps the activation from being collected for at least that time from now. <see cref="Timeout.InfiniteTimeSpan"/> and
    /// <see cref="TimeSpan.MaxValue"/> mean for ever; zero and other negative values end an earlier delay.
    /// </summary>
    void DelayDeactivation(IGrainContext grainContext, TimeSpan timeSpan);

    /// <summary>The state that <see cref="Grain{TGrainState}"/> keeps for that activation.</summary>
    IStorage<TGrainState> GetStorage<TGrainState>(IGrainContext grainContext);
}
