using System.Reflection;

namespace Orleans.Serialization.Invocation;

/// <summary>One call of one method: its target, its arguments and how to run it.</summary>
public interface IInvokable : IDisposable
{
    /// <summary>The object the call runs on, or null before a target is set.</summary>
    object? GetTarget();

    /// <summary>Takes the target from its holder.</summary>
    void SetTarget(ITargetHolder holder);

    /// <summary>Runs the method on the target. A failure of the method is the response's exception, not a thrown one.</summary>
    ValueTask<Response> Invoke();

    /// <summary>Number of arguments; a cancellation token is not counted.</summary>
    int GetArgumentCount();

    /// <summary>The argument at an index. Throws <see cref="ArgumentOutOfRangeException"/> outside the arguments.</summary>
    object? GetArgument(int index);

    /// <summary>Replaces the argument at an index. Throws <see cref="ArgumentOutOfRangeException"/> outside the arguments.</summary>
    void SetArgument(int index, object value);

    /// <summary>The method's name in source.</summary>
    string GetMethodName();

    /// <summary>The wire name of the interface.</summary>
    string GetInterfaceName();

    /// <summary>The name of the call in traces: interface and method.</summary>
    string GetActivityName();

    /// <summary>The interface method.</summary>
    MethodInfo GetMethod();

    /// <summary>The interface that declares the method.</summary>
    Type GetInterfaceType();

    /// <summary>The method's own response timeout, or null when the configured one applies.</summary>
    TimeSpan? GetDefaultResponseTimeout();

    /// <summary>The token the method receives; a token that is never cancelled when the method declares none.</summary>
    CancellationToken GetCancellationToken();

    /// <summary>Cancels the token the method received. False when the method has none.</summary>
    bool TryCancel();

    /// <summary>Whether the method declares a cancellation token.</summary>
    bool IsCancellable { get; }
}
