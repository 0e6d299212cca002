using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>What the engine logs.</summary>
internal static partial class EngineLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The drain of {Grain} met an error of the engine itself.")]
    public static partial void DrainFailed(ILogger log, Exception exception, GrainId grain);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Grain} ran for {Milliseconds} ms without giving up its thread.")]
    public static partial void LongTurn(ILogger log, GrainId grain, long milliseconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Grain} could not be activated.")]
    public static partial void ActivationFailed(ILogger log, Exception exception, GrainId grain);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Grain} failed while it was deactivated; the deactivation went on.")]
    public static partial void DeactivationFailed(ILogger log, Exception exception, GrainId grain);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Grain} failed when an enumeration that nobody waits for was ended.")]
    public static partial void EnumerationFailed(ILogger log, Exception exception, GrainId grain);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Grain} failed when it was disposed.")]
    public static partial void DisposeFailed(ILogger log, Exception exception, GrainId grain);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Request} failed, and nobody waits for its answer.")]
    public static partial void OneWayFailed(ILogger log, Exception exception, string request);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Grain} is abandoned: {Request} has blocked it for too long.")]
    public static partial void Abandoned(ILogger log, GrainId grain, string request);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Request} was sent {Age} ago and has no answer: it {Status}.")]
    public static partial void SlowCall(ILogger log, string request, TimeSpan age, string status);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} requests wait on {Grain}.")]
    public static partial void QueueIsLong(ILogger log, GrainId grain, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The stop was cut short with {Count} activations still ending.")]
    public static partial void StopCutShort(ILogger log, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The observer {Observer} is gone; {Request} is dropped.")]
    public static partial void ObserverGone(ILogger log, GrainId observer, string request);
}
