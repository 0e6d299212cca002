using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Bundled;
using Orleans.Runtime;
using Orleans.Timers;

namespace Orleans.Hosting;

/// <summary>Reminders of a silo.</summary>
public static class SiloBuilderReminderExtensions
{
    /// <summary>Adds the reminder service; a table for it is chosen beside it.</summary>
    public static ISiloBuilder AddReminders(this ISiloBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddReminders();
        return builder;
    }

    /// <summary>Adds the reminder service; a table for it is chosen beside it.</summary>
    public static void AddReminders(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.Any(s => s.ServiceType == typeof(ReminderService))) return;
        services.AddSingleton(s => new ReminderClock(
            s.GetKeyedService<TimeProvider>(ReminderClock.Name) ?? s.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<IReminderRegistry, ReminderRegistry>();
        services.AddSingleton<ReminderService>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(s => s.GetService<IReminderTable>() is null
            ? throw new OrleansConfigurationException(
                "Reminders are added and have no table. Call UseInMemoryReminderService or UseAdoNetReminderService.")
            : s.GetRequiredService<ReminderService>());
        services.AddSingleton<IConfigurationValidator>(s =>
            new OptionsValidator<ReminderOptions>(s.GetRequiredService<IOptions<ReminderOptions>>(), Check));
    }

    private static void Check(ReminderOptions options, Faults faults)
    {
        faults.Unless(
            options.MinimumReminderPeriod >= TimeSpan.Zero,
            nameof(options.MinimumReminderPeriod),
            options.MinimumReminderPeriod,
            "it must not be negative.");
        faults.UnlessPositive(options.RefreshReminderListPeriod, nameof(options.RefreshReminderListPeriod));
        faults.UnlessPositive(options.InitializationTimeout, nameof(options.InitializationTimeout));
    }
}

/// <summary>Reminders in memory.</summary>
public static class SiloBuilderReminderMemoryExtensions
{
    /// <summary>Keeps reminders in the memory of the cluster, for tests and development: they end with the silo that holds them.</summary>
    public static ISiloBuilder UseInMemoryReminderService(this ISiloBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddReminders();
        builder.Services.AddSingleton<IReminderTable, InMemoryReminderTable>();
        return builder;
    }
}
