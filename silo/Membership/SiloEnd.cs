using OrleansSocial.Host;
using OrleansSocial.Kernel;

namespace OrleansSocial.Membership;

/// <summary>The end of a silo that the others went on without, or that cannot go on: its doors shut, and its process ends at once.</summary>
internal sealed partial class SiloEnd(Doors doors, WriteFence fence, IHostApplicationLifetime process, IServiceProvider services, ILocalSiloDetails silo, ILogger<SiloEnd> log) : IFatalErrorHandler
{
    /// <summary>The exit code of a silo that was replaced. Whoever keeps processes running starts it anew.</summary>
    public const int ReplacedCode = 3;

    /// <summary>The exit code of a silo whose engine failed. The same.</summary>
    public const int FaultCode = 4;

    private int _ended;

    /// <summary>Ends the process of a silo that was replaced. Again, or while it stops anyhow: changes nothing.</summary>
    public void Replaced() => End(ReplacedCode, "this silo was replaced", () => LogReplaced(silo.SiloAddress, fence.RefusedCount));

    /// <inheritdoc/>
    public bool IsUnexpected(Exception exception) => exception is not OperationCanceledException;

    /// <inheritdoc/>
    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
        if (services.GetRequiredService<ISiloStatusOracle>().CurrentStatus == SiloStatus.Dead) Replaced();
        else End(FaultCode, "this silo failed", () => LogFailed(exception, context));
    }

    private void End(int code, string why, Action tell)
    {
        if (process.ApplicationStopping.IsCancellationRequested || Interlocked.Exchange(ref _ended, 1) != 0) return;
        doors.ShutForGood(why);
        tell();
        Environment.ExitCode = code;
        process.StopApplication();
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "Silo {Silo} was replaced; it stops. {Refused} of its writes were refused so far")]
    private partial void LogReplaced(SiloAddress silo, long refused);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The silo cannot go on and stops: {Context}")]
    private partial void LogFailed(Exception? fault, string? context);
}
