using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.ExceptionServices;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.Bundled;

/// <summary>A call on its way through filters: the next stage, and the outcome so far.</summary>
internal abstract class CallContext(Request request) : IGrainCallContext
{
    public abstract object Grain { get; }

    public MethodInfo InterfaceMethod => Call.GetMethod();

    public string InterfaceName => Call.GetInterfaceName();

    public GrainInterfaceType InterfaceType => Call.Reference.InterfaceType;

    public string MethodName => Call.GetMethodName();

    public IInvokable Request => Call;

    public Response? Response { get; set; }

    public object? Result
    {
        get => Response?.Result;
        set => Response = Response.FromResult(value);
    }

    public GrainId? SourceId => Call.SourceId;

    public GrainId TargetId => Call.Reference.GrainId;

    protected Request Call { get; } = request;

    public abstract Task Invoke();

    /// <summary>The outcome when the outermost filter has returned.</summary>
    protected Response Outcome() => Response ?? Response.FromException(new InvalidOperationException(
        $"No filter of the call {Call} set a result or continued to the method."));
}

/// <summary>An outgoing call on its way through its caller's filters.</summary>
internal sealed class OutgoingCallContext(Request request, IOutgoingGrainCallFilter[] filters)
    : CallContext(request), IOutgoingGrainCallContext
{
    private int _stage;

    public override object Grain => Call.Reference;

    public IGrainContext? SourceContext => Call.Source;

    /// <summary>Sends a request through the filters and settles it with what they end in.</summary>
    public static void Run(Request request, CallRouter router) =>
        new OutgoingCallContext(request, router.OutgoingFilters).Run();

    public override async Task Invoke()
    {
        var stage = _stage;
        try
        {
            if (stage < filters.Length)
            {
                _stage = stage + 1;
                await filters[stage].Invoke(this);
            }
            else
            {
                // Each pass sends its own copy: a filter that retries makes a new call.
                Response = await Call.Copy().SendAgain();
            }
        }
        finally
        {
            _stage = stage;
        }
    }

    private async void Run()
    {
        try
        {
            await Invoke();
            Call.Answer(Outcome());
        }
        catch (Exception exception)
        {
            Call.Settle(exception);
        }
    }
}

/// <summary>An incoming call on its way through its callee's filters.</summary>
internal sealed class IncomingCallContext(Request request, object target, IGrainContext? context, IIncomingGrainCallFilter[] filters)
    : CallContext(request), IIncomingGrainCallContext
{
    private static readonly ConcurrentDictionary<(Type Class, MethodInfo Method), MethodInfo> s_implementations = new();

    private int _stage;

    public override object Grain => target;

    /// <summary>The activation; an observer object has none.</summary>
    public IGrainContext TargetContext => context!;

    public MethodInfo ImplementationMethod => s_implementations.GetOrAdd(
        (Grain.GetType(), InterfaceMethod), static key => Implementation(key.Class, key.Method));

    /// <summary>Runs a call through the filters of its silo and of its grain. The outcome is a response, never a fault.</summary>
    public static async Task<Response> Run(
        Request request, object target, IGrainContext? targetContext, IIncomingGrainCallFilter[] filters)
    {
        var context = new IncomingCallContext(request, target, targetContext, filters);
        try
        {
            await context.Invoke();
            return context.Outcome();
        }
        catch (Exception exception)
        {
            return Response.FromException(exception);
        }
    }

    public override async Task Invoke()
    {
        var stage = _stage;
        try
        {
            _stage = stage + 1;
            if (stage < filters.Length)
            {
                await filters[stage].Invoke(this);
            }
            else if (stage == filters.Length && Grain is IIncomingGrainCallFilter own)
            {
                await own.Invoke(this);
            }
            else
            {
                Response = await Call.Invoke();
                if (Response.Exception is { } exception) ExceptionDispatchInfo.Throw(exception);
            }
        }
        finally
        {
            // A filter that continues once more runs everything behind it again.
            _stage = stage;
        }
    }

    private static MethodInfo Implementation(Type grainClass, MethodInfo method)
    {
        var declared = method.DeclaringType!;
        if (!declared.IsAssignableFrom(grainClass)) return method;
        var definition = method.IsGenericMethod ? method.GetGenericMethodDefinition() : method;
        var map = grainClass.GetInterfaceMap(declared);
        var index = Array.FindIndex(map.InterfaceMethods, m => m.MetadataToken == definition.MetadataToken && m.Name == definition.Name);
        var found = index < 0 ? method : map.TargetMethods[index];
        return index >= 0 && method.IsGenericMethod ? found.MakeGenericMethod(method.GetGenericArguments()) : found;
    }
}
