using System.Diagnostics;
using System.Reflection;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>
/// Carries traces along with calls: what the caller's trace is travels in the request context, under the names of W3C, and each
/// call is an activity of its caller and one of its callee.
/// </summary>
internal static class ActivityPropagation
{
    private static readonly ActivitySource s_application = new("Microsoft.Orleans.Application");
    private static readonly ActivitySource s_runtime = new("Microsoft.Orleans.Runtime");
    private static readonly Assembly s_engine = typeof(ActivityPropagation).Assembly;

    public static Activity? Start(IGrainCallContext call, ActivityKind kind, ActivityContext parent)
    {
        var source = call.Request.GetInterfaceType().Assembly == s_engine ? s_runtime : s_application;
        if (!source.HasListeners()) return null;
        var activity = parent == default
            ? source.StartActivity(call.Request.GetActivityName(), kind)
            : source.StartActivity(call.Request.GetActivityName(), kind, parent);
        if (activity is not { IsAllDataRequested: true }) return activity;
        activity.SetTag("rpc.system", "orleans");
        activity.SetTag("rpc.service", call.InterfaceName);
        activity.SetTag("rpc.method", call.MethodName);
        activity.SetTag("rpc.orleans.target_id", call.TargetId.ToString());
        if (call.SourceId is { } caller) activity.SetTag("rpc.orleans.source_id", caller.ToString());
        return activity;
    }

    public static async Task Run(IGrainCallContext call, Activity? activity)
    {
        try
        {
            await call.Invoke();
            if (activity is { IsAllDataRequested: true }) activity.SetStatus(ActivityStatusCode.Ok);
        }
        catch (Exception exception)
        {
            if (activity is { IsAllDataRequested: true })
            {
                activity.SetStatus(ActivityStatusCode.Error, exception.Message);
                activity.SetTag("exception.type", exception.GetType().FullName);
                activity.SetTag("exception.message", exception.Message);
            }

            throw;
        }
        finally
        {
            activity?.Dispose();
        }
    }
}

/// <summary>The caller's part.</summary>
internal sealed class OutgoingActivityFilter : IOutgoingGrainCallFilter
{
    // Asynchronous, so that what it sets in the request context ends with the call.
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        var activity = ActivityPropagation.Start(context, ActivityKind.Client, default);
        if ((activity ?? Activity.Current) is { } current)
        {
            DistributedContextPropagator.Current.Inject(current, null, static (_, name, value) =>
            {
                if (!string.IsNullOrEmpty(value)) RequestContext.Set(name, value);
            });
        }

        await ActivityPropagation.Run(context, activity);
    }
}

/// <summary>The callee's part.</summary>
internal sealed class IncomingActivityFilter : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        DistributedContextPropagator.Current.ExtractTraceIdAndState(null, Read, out var parent, out var state);
        ActivityContext.TryParse(parent, state, isRemote: true, out var caller);
        await ActivityPropagation.Run(context, ActivityPropagation.Start(context, ActivityKind.Server, caller));
    }

    private static void Read(object? carrier, string name, out string? value, out IEnumerable<string>? values)
    {
        value = RequestContext.Get(name) as string;
        values = null;
    }
}
