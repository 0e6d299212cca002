using System.ComponentModel;
using System.Globalization;
using System.Reflection;

namespace Orleans.Bundled;

/// <summary>One method of a grain interface as generated code declares it. There is one instance per method and process.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class GrainMethod
{
    private readonly Func<MethodInfo> _methodInfo;
    private MethodInfo? _method;

    /// <summary>Describes a method.</summary>
    /// <param name="interfaceType">The interface that declares it.</param>
    /// <param name="interfaceName">The interface's wire name.</param>
    /// <param name="methodName">The method's name in source.</param>
    /// <param name="methodId">Its wire identity: alias, id, or a hash of its signature.</param>
    /// <param name="options">What its attributes ask for.</param>
    /// <param name="responseTimeout">Text of its own response timeout, or null for the configured one.</param>
    /// <param name="methodInfo">Finds the method by reflection; called at most a few times, and only when a filter asks.</param>
    /// <param name="contract">The interface that declares it, with its type arguments, by the name it has on the wire; null for its wire name.</param>
    public GrainMethod(
        Type interfaceType,
        string interfaceName,
        string methodName,
        string methodId,
        InvokeOptions options,
        string? responseTimeout,
        Func<MethodInfo> methodInfo,
        string? contract = null)
    {
        ArgumentNullException.ThrowIfNull(interfaceType);
        ArgumentNullException.ThrowIfNull(methodInfo);
        InterfaceType = interfaceType;
        InterfaceName = interfaceName;
        MethodName = methodName;
        MethodId = methodId;
        Options = options;
        ResponseTimeout = responseTimeout is null ? null : TimeSpan.Parse(responseTimeout, CultureInfo.InvariantCulture);
        _methodInfo = methodInfo;
        Contract = contract ?? interfaceName;
    }

    /// <summary>The interface that declares the method.</summary>
    public Type InterfaceType { get; }

    /// <summary>The interface's wire name.</summary>
    public string InterfaceName { get; }

    /// <summary>The method's name in source.</summary>
    public string MethodName { get; }

    /// <summary>The method's wire identity within its interface.</summary>
    public string MethodId { get; }

    /// <summary>What the method's attributes ask for.</summary>
    public InvokeOptions Options { get; }

    /// <summary>How long a caller waits for an answer, or null when the configured time applies.</summary>
    public TimeSpan? ResponseTimeout { get; }

    /// <summary>The declaring interface on the wire; with <see cref="MethodId"/> unique among the methods of one proxy.</summary>
    internal string Contract { get; }

    /// <summary>Whether the method has type parameters of its own; its identity says how many.</summary>
    internal bool IsGeneric => Method.IsGenericMethod;

    /// <summary>What names the method on the wire; null before it was first sent.</summary>
    internal byte[]? WireName { get; set; }

    /// <summary>The interface method by reflection.</summary>
    public MethodInfo Method => _method ??= _methodInfo();
}
