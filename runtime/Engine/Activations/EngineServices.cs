using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Timers;

namespace Orleans.Bundled;

/// <summary>Registers the engine with a silo's services.</summary>
internal static class EngineServices
{
    public static void AddTo(IServiceCollection services)
    {
        services.AddSingleton<GrainEngine>();
        services.AddSingleton<IdleCollector>();
        services.AddSingleton<ProcessLoad>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(s => s.GetRequiredService<IdleCollector>());
        services.AddSingleton(s => new GrainFactory(s.GetRequiredService<GrainEngine>(), s.GetRequiredService<GrainClassMap>(), s));
        services.AddSingleton<IGrainFactory>(s => s.GetRequiredService<GrainFactory>());
        services.AddSingleton<IClusterClient>(s => s.GetRequiredService<GrainFactory>());
        services.AddSingleton<ITimerRegistry, TimerRegistry>();
        services.AddSingleton<IGrainRuntime, GrainRuntime>();
        services.AddSingleton<IGrainContextAccessor, GrainContextAccessor>();
        services.AddKeyedTransient<IGrainExtension>(
            typeof(IAsyncEnumerations), static (activation, _) => new AsyncEnumerations(activation.GetRequiredService<IGrainContext>()));
        services.AddScoped<GrainContextHolder>();
        services.AddScoped<IGrainContext>(s => s.GetRequiredService<GrainContextHolder>().Context
            ?? throw new InvalidOperationException("A grain context exists only within the services of an activation."));
    }
}
