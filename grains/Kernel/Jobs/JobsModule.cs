using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OrleansSocial.Kernel;

/// <summary>Jobs and what recurs.</summary>
internal static class JobsModule
{
    private const int SweptRowsMax = 10_000;

    /// <summary>Registers them; slices add their kinds.</summary>
    public static IServiceCollection AddJobs(this IServiceCollection services)
    {
        services.AddSingleton<JobKinds>().AddSingleton<JobStore>().AddSingleton<JobAttempts>().AddSingleton<JobMetrics>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, JobRunner>();
        return services.Recurring("jobs.swept", "11 * * * *", (provider, run) =>
        {
            var days = provider.GetRequiredService<IOptions<JobOptions>>().Value.DaysMax;
            run.Effects.Add(JobStore.Swept, (days, SweptRowsMax));
            return provider.GetRequiredService<JobStore>().Forget(provider.GetRequiredService<JobKinds>(), days, run.Cancelled);
        });
    }

    /// <summary>Runs the jobs of a kind.</summary>
    public static IServiceCollection OnJob<TJob>(this IServiceCollection services, Func<IServiceProvider, TJob, JobRun, Task> run)
        where TJob : class, IJob => services.AddSingleton(JobKind.Of(run));

    /// <summary>Runs something again and again: once in the cluster at each time, never beside itself, and once for all the times that passed while no silo ran.</summary>
    /// <param name="services">Of the silo.</param>
    /// <param name="name">Names it in the table, for ever.</param>
    /// <param name="cron">When: minute, hour, day, month, day of the week, in UTC.</param>
    /// <param name="run">What.</param>
    /// <param name="queue">Whose workers run it.</param>
    public static IServiceCollection Recurring(
        this IServiceCollection services, string name, string cron, Func<IServiceProvider, JobRun, Task> run, string queue = QueueAttribute.Sweeps) =>
        services.AddSingleton(new JobKind(name, queue, run, cron));
}
