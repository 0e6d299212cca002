using Microsoft.Extensions.DependencyInjection;

namespace OrleansSocial.Kernel;

/// <summary>The log of events, its subscribers, and what is due.</summary>
internal static class EventsModule
{
    /// <summary>Registers them; slices add their subscriptions.</summary>
    public static IServiceCollection AddEvents(this IServiceCollection services)
    {
        services.AddSingleton(new EventAssembly(typeof(IEvent).Assembly)).AddSingleton<EventCatalog>();
        services.AddSingleton<EventLog>().AddSingleton<EventDue>();
        services.AddSingleton<EventDays>().AddHostedService(provider => provider.GetRequiredService<EventDays>());
        services.Recurring("events.days", "7 * * * *", (provider, run) => provider.GetRequiredService<EventDays>().Make(run.Cancelled));
        services.AddSingleton<Subscriptions>().AddSingleton<SubscriberStore>().AddSingleton<SubscriberMetrics>();
        return services.AddSingleton<EventWakes>().AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<EventWakes>());
    }

    /// <summary>Subscribes a slice under a name.</summary>
    public static ISiloBuilder Subscribe(this ISiloBuilder silo, string name, Action<IServiceProvider, Subscription> declare)
    {
        silo.Services.AddSingleton(services =>
        {
            var subscription = new Subscription(name);
            declare(services, subscription);
            return subscription;
        });
        return silo;
    }
}
