using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansSocial.RateLimits;

namespace OrleansSocial.Realtime;

/// <summary>The rate class of a hub method, by its name.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ChargedAttribute(string rate) : Attribute
{
    /// <summary>Whose bucket is charged.</summary>
    public Rate Rate { get; } = Rates.Named(rate);
}

/// <summary>Whether the edge runs a hub method again when a silo goes away under way: it may be carried out twice with the effect and the answer of once.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RepeatedAttribute : Attribute;

/// <summary>The method of a grain that a hub method asks: its refusals are the hub method's, beside those that the hub itself <see cref="RefusesAttribute">refuses</see> with.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal abstract class AsksAttribute(Type grain, string method) : Attribute
{
    /// <summary>What the method declares, in the order of checking.</summary>
    public IReadOnlyList<Refusal> Refusals { get; } = Kernel.Refusals.Of(grain, method);
}

/// <inheritdoc/>
internal sealed class AsksAttribute<TGrain>(string method) : AsksAttribute(typeof(TGrain), method)
    where TGrain : IGrain;

/// <summary>What a hub method says of itself.</summary>
/// <param name="Rate">Its rate class; null when it costs nothing.</param>
/// <param name="Repeated">Whether it is run again.</param>
/// <param name="Refusals">What it may refuse with beside what every method has, in the order of checking.</param>
internal sealed record HubDeclaration(Rate? Rate, bool Repeated, IReadOnlyList<Refusal> Refusals)
{
    /// <summary>Reads it from the attributes.</summary>
    public static HubDeclaration Of(MethodInfo method) => new(
        method.GetCustomAttribute<ChargedAttribute>()?.Rate,
        method.IsDefined(typeof(RepeatedAttribute)),
        [.. Kernel.Refusals.Of(method).Concat(method.GetCustomAttributes<AsksAttribute>().SelectMany(asked => asked.Refusals)).DistinctBy(refusal => refusal.Code)]);
}

/// <summary>Charges every call of the hub, runs those again whose silo went away, and turns what is thrown into a refusal: the hub answers, it does not throw.</summary>
internal sealed partial class LiveFilter(IRateGate gate, Repeater repeater, DeclaredRefusals declared, IHostApplicationLifetime process, ILogger<LiveFilter> log) : IHubFilter
{
    private static readonly Refusal s_fault = new(Problems.FaultCode, Kind.Unavailable, "Something went wrong on our side; the log has it.");
    private readonly ConcurrentDictionary<MethodInfo, HubDeclaration> _methods = new();

    /// <inheritdoc/>
    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        var answer = await Invoke(invocationContext, next);
        (LiveHub.Of(invocationContext.Context) as HubConnection)?.Answered(answer is IOutcome { Refusal: not null });
        return answer;
    }

    private async ValueTask<object?> Invoke(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        try
        {
            var method = _methods.GetOrAdd(invocationContext.HubMethod, HubDeclaration.Of);
            var things = invocationContext.HubMethodArguments.OfType<IReadOnlyCollection<UserId>>().Sum(people => people.Count);
            if (method.Rate is { } charged && await gate.Charge(charged, LiveHub.Of(invocationContext.Context).Caller, things) is { } refusal) return Answer(refusal);
            object? answer;
            try
            {
                answer = await next(invocationContext);
            }
            catch (Exception fault) when (method.Repeated && repeater.Repeats(fault))
            {
                answer = await repeater.Again(
                    fault, (next, invocationContext), static run => run.next(run.invocationContext), invocationContext.Context.ConnectionAborted);
            }

            if (answer is IOutcome { Refusal: { } refused }) declared.Check(invocationContext.HubMethodName, method.Refusals, refused);
            return answer;
        }
        catch (Exception fault)
        {
            if (Faults.RefusalFor(fault, process.ApplicationStopping.IsCancellationRequested) is not { } refusal)
            {
                LogFault(fault, invocationContext.HubMethodName);
                return Answer(s_fault);
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
