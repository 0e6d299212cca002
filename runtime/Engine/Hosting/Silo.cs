using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>Starts and stops the silo with its host.</summary>
internal sealed partial class Silo(
    IServiceProvider services, SiloLifecycle lifecycle, ILocalSiloDetails details, ILogger<Silo> logger) : IHostedService
{
    private int _started;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        ConfigurationCheck.Run(services);

        // Grain classes that clash are found now rather than at the first call.
        _ = services.GetRequiredService<GrainClassMap>();
        foreach (var participant in services.GetServices<ILifecycleParticipant<ISiloLifecycle>>())
        {
            participant.Participate(lifecycle);
        }

        Interlocked.Exchange(ref _started, 1);
        try
        {
            await lifecycle.OnStart(cancellationToken);
        }
        catch
        {
            // What had started is stopped at once, without waiting for anybody.
            await StopAsync(new CancellationToken(canceled: true));
            throw;
        }

        LogStarted(details.SiloAddress);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _started, 0) == 0)
        {
            return;
        }

        await lifecycle.OnStop(cancellationToken);
        LogStopped(details.SiloAddress, !cancellationToken.IsCancellationRequested);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Silo {Silo} serves calls.")]
    private partial void LogStarted(SiloAddress silo);

    [LoggerMessage(Level = LogLevel.Information, Message = "Silo {Silo} has stopped; gracefully: {Graceful}.")]
    private partial void LogStopped(SiloAddress silo, bool graceful);
}
