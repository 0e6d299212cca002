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

/// <summary>Whether the edge runs a hub method again when a silo goes away under way: it may be carried out twice with the effect and the answer of once.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RepeatedAttribute : Attribute;

/// <summary>Charges every call of the hub, runs those again whose silo went away, and turns what is thrown into a refusal: the hub answers, it does not throw.</summary>
internal sealed partial class LiveFilter(IRateGate gate, Repeater repeater, IHostApplicationLifetime process, ILogger<LiveFilter> log) : IHubFilter
{
    private static readonly Refusal Fault = new(Problems.FaultCode, Kind.Unavailable, "Something went wrong on our side; the log has it.");
    private readonly ConcurrentDictionary<MethodInfo, Declared> _methods = new();

    /// <inheritdoc/>
    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        try
        {
            var method = _methods.GetOrAdd(
                invocationContext.HubMethod,
                static m => new(m.GetCustomAttribute<ChargedAttribute>()?.Rate, m.IsDefined(typeof(RepeatedAttribute))));
            if (method.Rate is { } charged && await gate.Charge(charged, LiveHub.Of(invocationContext.Context).Caller) is { } refusal) return Answer(refusal);
            try
            {
                return await next(invocationContext);
            }
            catch (Exception fault) when (method.Repeated && repeater.Repeats(fault))
            {
                return await repeater.Again(
                    fault, (next, invocationContext), static run => run.next(run.invocationContext), invocationContext.Context.ConnectionAborted);
            }
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

    private readonly record struct Declared(Rate? Rate, bool Repeated);

    private static HubAnswer<object> Answer(Refusal refusal) => new(null, refusal);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} on the hub cannot be answered now")]
    private partial void LogUnavailable(Exception cause, string method);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} on the hub failed")]
    private partial void LogFault(Exception cause, string method);
}
