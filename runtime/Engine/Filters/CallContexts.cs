using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.Bundled;

/// <summary>A call on its way through filters: the next stage, and the outcome so far.</summary>
internal abstract class CallContext(Request request) : IGrainCallContext
{
    public abstract object Grain { get; }

    public MethodInfo InterfaceMethod => request.GetMethod();

    public string InterfaceName => request.GetInterfaceName();

    public GrainInterfaceType InterfaceType => request.Reference.InterfaceType;

    public string MethodName => request.GetMethodName();

    public IInvokable Request => request;

    public Response? Response { get; set; }

    public object? Result
    {
        get => Response?.Result;
        set => Response = Response.FromResult(value);
    }

    public GrainId? SourceId => request.Source?.GrainId ?? request.Reference.Shared.Router.ClientId;

    public GrainId TargetId => request.Reference.GrainId;

    protected Request Call => request;

    public abstract Task Invoke();

    /// <summary>The outcome when the outermost filter has returned.</summary>
    protected Response Outcome() => Response ?? Response.FromException(new InvalidOperationException(
        $"No filter of the call {request} set a result or continued to the method."));
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
