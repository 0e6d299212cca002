using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans;

/// <summary>Wraps the calls a silo's grains receive. Filters run in the order of registration; a grain that implements this
/// interface is the last filter of its own calls.</summary>
public interface IIncomingGrainCallFilter
{
    /// <summary>Handles one call. Continue with <see cref="IGrainCallContext.Invoke"/>, any number of times, or set a result.</summary>
    Task Invoke(IIncomingGrainCallContext context);
}

/// <summary>Wraps the calls that leave grains and clients, before arguments reach the callee. Filters run in the order of registration.</summary>
public interface IOutgoingGrainCallFilter
{
    /// <summary>Handles one call. Continue with <see cref="IGrainCallContext.Invoke"/>, any number of times, or set a result.</summary>
    Task Invoke(IOutgoingGrainCallContext context);
}

#pragma warning disable CA1711 // The names are those of the programming model.
/// <summary>An incoming filter written as a delegate.</summary>
public delegate Task IncomingGrainCallFilterDelegate(IIncomingGrainCallContext context);

/// <summary>An outgoing filter written as a delegate.</summary>
public delegate Task OutgoingGrainCallFilterDelegate(IOutgoingGrainCallContext context);
#pragma warning restore CA1711

/// <summary>One call on its way through the filters.</summary>
public interface IGrainCallContext
{
    /// <summary>The object the call is made on: the grain for incoming calls, the reference for outgoing ones.</summary>
    object Grain { get; }

    /// <summary>The method of the grain interface.</summary>
    MethodInfo InterfaceMethod { get; }

    /// <summary>The wire name of the interface.</summary>
    string InterfaceName { get; }

    /// <summary>The identity of the interface.</summary>
    GrainInterfaceType InterfaceType { get; }

    /// <summary>The method's name in source.</summary>
    string MethodName { get; }

    /// <summary>The call itself, with its arguments.</summary>
    IInvokable Request { get; }

    /// <summary>The outcome; null before there is one.</summary>
    Response? Response { get; set; }

    /// <summary>The result. Setting it answers the call. A result of the wrong type is an <see cref="InvalidCastException"/> at
    /// the caller.</summary>
    object? Result { get; set; }

    /// <summary>The grain that makes the call, or null when it is no grain.</summary>
    GrainId? SourceId { get; }

    /// <summary>The grain that is called.</summary>
    GrainId TargetId { get; }

    /// <summary>Runs the next filter, or the call after the last one. Throws what the call throws.</summary>
    Task Invoke();
}

/// <summary>A call as its callee's filters see it.</summary>
public interface IIncomingGrainCallContext : IGrainCallContext
{
    /// <summary>The method of the grain class.</summary>
    MethodInfo ImplementationMethod { get; }

    /// <summary>The activation that is called.</summary>
    IGrainContext TargetContext { get; }
}

/// <summary>A call as its caller's filters see it.</summary>
public interface IOutgoingGrainCallContext : IGrainCallContext
{
    /// <summary>The activation that makes the call, or null.</summary>
    IGrainContext? SourceContext { get; }
}
