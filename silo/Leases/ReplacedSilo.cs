using OrleansSocial.Kernel;

namespace OrleansSocial.Leases;

/// <summary>The end of a silo that the others went on without.</summary>
internal static partial class ReplacedSilo
{
    /// <summary>The exit code of its process. Whoever keeps processes running starts it anew.</summary>
    public const int ExitCode = 3;

    /// <summary>Stops the process.</summary>
    public static void End(IHostApplicationLifetime process, ILogger log, WriteFence fence)
    {
        fence.Release();
        LogReplaced(log, fence.Silo, fence.Epoch, fence.RefusedCount);
        Environment.ExitCode = ExitCode;
        process.StopApplication();
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "Silo {Silo} with epoch {Epoch} was replaced; it stops. {Refused} of its writes were refused so far")]
    private static partial void LogReplaced(ILogger log, string silo, long epoch, long refused);
}
