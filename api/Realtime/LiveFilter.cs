using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansSocial.RateLimits;

namespace OrleansSocial.Realtime;

/// <summary>The rate class of a hub method.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ChargedAttribute(Rate rate) : Attribute
{
    /// <summary>Whose bucket is charged.</summary>
    public Rate Rate { get; } = rate;
}

/// <summary>Charges every call of the hub, and turns what is thrown into a refusal: the hub answers, it does not throw.</summary>
internal sealed partial class LiveFilter(IRateGate gate, IHostApplicationLifetime process, ILogger<LiveFilter> log) : IHubFilter
{
    private static readonly Refusal Fault = new(Problems.FaultCode, Kind.Unavailable, "Something went wrong on our side; the log has it.");
    private readonly ConcurrentDictionary<MethodInfo, Rate?> _rates = new();

    /// <inheritdoc/>
    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        try
        {
            var rate = _rates.GetOrAdd(invocationContext.HubMethod, static m => m.GetCustomAttribute<ChargedAttribute>()?.Rate);
            if (rate is { } charged && await gate.Charge(charged, LiveHub.Of(invocationContext.Context).Caller) is { } refusal) return Answer(refusal);
            return await next(invocationContext);
        }
        catch (Exception fault)
        {
            if (Faults.RefusalFor(fault, process.ApplicationStopping.IsCancellationRequested) is not { } refusal)
            {
                LogFault(fault, invocationContext.HubMethodName);
                return Answer(Fault);
            }

            if (refusal.Kind == Kind.Unavailable) LogUnavailable(fault, invocationContext.HubMethodName);
            return Answer(refusal);
        }
    }

    private static HubAnswer<object> Answer(Refusal refusal) => new(null, refusal);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} on the hub cannot be answered now")]
    private partial void LogUnavailable(Exception cause, string method);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} on the hub failed")]
    private partial void LogFault(Exception cause, string method);
}
