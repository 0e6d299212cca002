using Microsoft.CodeAnalysis;

namespace Orleans.Bundled.Generator;

/// <summary>
/// What the generator refuses. Ids that begin with ORLEANS mean the same as in the programming model; ids that begin with OB are
/// about this engine alone.
/// </summary>
internal static class Diagnostics
{
    public static readonly DiagnosticDescriptor AlwaysInterleaveOnClass = Error(
        "ORLEANS0001",
        "[AlwaysInterleave] belongs on the interface method",
        "{0} is a method of a class; put [AlwaysInterleave] on the method of the grain interface");

    public static readonly DiagnosticDescriptor ByReferenceParameter = Error(
        "ORLEANS0002", "A grain method cannot have ref, out or in parameters", "Parameter {1} of {0} is passed by reference; return a value instead");

    public static readonly DiagnosticDescriptor MissingId = Error(
        "ORLEANS0004", "A serializable member needs an id", "{0} has neither [Id] nor [NonSerialized]; say which");

    public static readonly DiagnosticDescriptor AbstractMember = Error(
        "ORLEANS0006", "An abstract property cannot be serialized", "{0} is abstract; put [Id] on the properties that override it");

    public static readonly DiagnosticDescriptor PropertyOnInterface = Error(
        "ORLEANS0008", "A grain interface has methods only", "{0} is not a method; a grain interface can have neither properties nor events");

    public static readonly DiagnosticDescriptor ReturnType = Error(
        "ORLEANS0009", "A grain method returns a task", "{0} returns {1}; use Task, Task<T>, ValueTask, ValueTask<T>, IAsyncEnumerable<T> (not on observers) or void");

    public static readonly DiagnosticDescriptor AliasClash = Error(
        "ORLEANS0011", "An alias names one type", "The alias \"{0}\" is taken by {1} already");

    public static readonly DiagnosticDescriptor IdClash = Error(
        "ORLEANS0012", "An id names one member", "{0} has the id {1}, which {2} has already");

    public static readonly DiagnosticDescriptor SerializableGrain = Error(
        "ORLEANS0013", "A grain is not serializable", "{0} is a grain class; serialization attributes belong on its state and on messages");

    public static readonly DiagnosticDescriptor InaccessibleSetter = Error(
        "ORLEANS0101", "A serializable property can be read and set", "{0} has [Id], but is computed or has no setter");

    public static readonly DiagnosticDescriptor Failure = Error(
        "ORLEANS0103", "The generator failed", "The generator could not handle {0}: {1}");

    public static readonly DiagnosticDescriptor ImplicitIds = Error(
        "ORLEANS0106", "Ids cannot be derived", "No id can be derived for {0}: {1}; give it an [Id]");

    public static readonly DiagnosticDescriptor InaccessibleType = Error(
        "ORLEANS0107", "Generated code must reach the type", "{0} is not accessible to the rest of its assembly; make it internal or public");

    public static readonly DiagnosticDescriptor CancellationTokens = Error(
        "ORLEANS0109", "A grain method has at most one CancellationToken", "{0} has more than one CancellationToken");

    public static readonly DiagnosticDescriptor StaticAbstract = Error(
        "OB0002", "A grain interface has no static abstract members", "{0} is static and abstract; a proxy cannot implement it");

    public static readonly DiagnosticDescriptor StackOnly = Error(
        "OB0003", "The type cannot leave the stack", "{0} has the type {1}, which can neither be copied nor serialized");

    public static readonly DiagnosticDescriptor InaccessibleGrain = Error(
        "OB0004", "The runtime must reach the grain class", "{0} is not accessible to the rest of its assembly; make it internal or public");

    public static readonly DiagnosticDescriptor OneWayResult = Error(
        "OB0005", "A one-way method has no result", "{0} is [OneWay] and returns a result that nobody would ever receive; return Task or ValueTask");

    private static DiagnosticDescriptor Error(string id, string title, string message) =>
        new(id, title, message, "Orleans", DiagnosticSeverity.Error, isEnabledByDefault: true);
}
