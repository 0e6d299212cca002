using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Bundled;
using Orleans.Configuration;

namespace Orleans.Hosting;

/// <summary>Reminders in PostgreSQL.</summary>
public static class AdoNetReminderSiloBuilderExtensions
{
    /// <summary>Keeps reminders in PostgreSQL, and runs them.</summary>
    public static ISiloBuilder UseAdoNetReminderService(this ISiloBuilder builder, Action<AdoNetReminderTableOptions> configureOptions) =>
        builder.UseAdoNetReminderService((OptionsBuilder<AdoNetReminderTableOptions> options) => options.Configure(configureOptions));

    /// <summary>Keeps reminders in PostgreSQL, and runs them.</summary>
    public static ISiloBuilder UseAdoNetReminderService(
        this ISiloBuilder builder, Action<OptionsBuilder<AdoNetReminderTableOptions>> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.UseAdoNetReminderService(configureOptions);
        return builder;
    }

    /// <summary>Keeps reminders in PostgreSQL, and runs them.</summary>
    public static IServiceCollection UseAdoNetReminderService(
        this IServiceCollection services, Action<OptionsBuilder<AdoNetReminderTableOptions>> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configureOptions);
        services.AddReminders();
        configureOptions(services.AddOptions<AdoNetReminderTableOptions>());
        services.AddSingleton<IReminderTable, AdoNetReminderTable>();
        services.AddSingleton<IConfigurationValidator>(s => new OptionsValidator<AdoNetReminderTableOptions>(
            s.GetRequiredService<IOptions<AdoNetReminderTableOptions>>(),
            static (options, faults) => DatabaseChoice.Check(faults, options.Invariant, options.ConnectionString, options.DataSource)));
        return services;
    }
}
