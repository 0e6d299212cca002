using System.Collections.Frozen;
using System.Data.Common;
using Orleans.Networking.Shared;
using Orleans.Runtime.Messaging;
using Orleans.Storage;

namespace OrleansSocial.Kernel;

/// <summary>Tells exceptions that pass by themselves from bugs: who meets one may send the same request again.</summary>
/// <remarks>
/// It goes by types, never by texts. A type that is not listed is a bug until it is shown to be none, so that a new kind of fault is
/// seen and not repeated for ever; a test holds the list against all exceptions of Orleans, Npgsql and Polly.
/// </remarks>
public static class Outage
{
    // Types of assemblies that the edge does not reference stand by their names.
    private static readonly FrozenSet<string> s_passing = new[]
    {
        // A call that was not delivered, or whose silo went away under way. SiloUnavailableException is one of them.
        typeof(OrleansMessageRejectionException).FullName!,
        typeof(ConnectionFailedException).FullName!,
        typeof(SocketConnectionException).FullName!,

        // Whoever listened is gone, and comes back with a new connection.
        typeof(ClientNotAvailableException).FullName!,

        // Too much at once: a gateway, a grain's queue, a stream's cache.
        typeof(GatewayTooBusyException).FullName!,
        typeof(LimitExceededException).FullName!,
        "Orleans.Streams.CacheFullException",

        // Another activation wrote meanwhile. This one ends, and the next one reads what is stored.
        typeof(InconsistentStateException).FullName!,

        // What was under way ended with its silo or its activation.
        typeof(EnumerationAbortedException).FullName!,
        typeof(OrleansLifecycleCanceledException).FullName!,

        // The membership or the list of reminders changes; both say so only while it does.
        "Orleans.Runtime.MembershipService.OrleansMissingMembershipEntryException",
        "Orleans.Runtime.MembershipService.OrleansClusterConnectivityCheckFailedException",
        "Orleans.Runtime.ReminderException",

        // Placing a grain took too long, or is not tried for now.
        "Polly.ExecutionRejectedException",

        // A membership in Redis that is away.
        "StackExchange.Redis.RedisConnectionException",

        // Somebody waited long enough, or stops. Nothing is cancelled here for any other reason.
        typeof(TimeoutException).FullName!,
        typeof(OperationCanceledException).FullName!,
    }.ToFrozenSet();

    // SQLSTATE: what several transactions bring about together, and what was given up because it took too long.
    private static readonly FrozenSet<string> s_momentary = new[]
    {
        "40001", // serialization failure
        "40P01", // deadlock
        "55P03", // a lock that is not to be had
        "55006", // object in use
        "57014", // statement timeout
        "25P03", // idle in a transaction for too long
        "25P04", // transaction timeout
    }.ToFrozenSet();

    /// <summary>Whether an exception says that something is away, overloaded or in transition, and is no bug.</summary>
    public static bool Describes(Exception fault) => fault switch
    {
        AggregateException many => many.InnerExceptions.Count > 0 && many.InnerExceptions.All(Describes),

        // Orleans' own word for anything. Around another exception it means what that one means: a storage that is away, or a
        // statement that is wrong. Alone it comes from directory and placement, which have no other word for a cluster in transition.
        OrleansException when fault.GetType() == typeof(OrleansException) => fault.InnerException is not { } cause || Describes(cause),

        _ => IsPassing(fault.GetType()) || DatabaseUnavailableException.Describes(fault) || IsMomentary(fault),
    };

    /// <summary>Whether an exception says that a silo went away or grains move, so that the same call soon reaches another silo.</summary>
    public static bool IsOfTheCluster(Exception fault) => fault switch
    {
        OrleansMessageRejectionException or ConnectionFailedException => true,

        // A grain that wrote at two places is read anew at its next call; nothing was written.
        InconsistentStateException => true,
        OrleansException { InnerException: null } => fault.GetType() == typeof(OrleansException),
        OrleansException { InnerException: { } cause } when fault.GetType() == typeof(OrleansException) => IsOfTheCluster(cause),
        _ => false,
    };

    private static bool IsPassing(Type? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (s_passing.Contains(type.FullName!)) return true;
        }

        return false;
    }

    private static bool IsMomentary(Exception? fault)
    {
        for (; fault is not null; fault = fault.InnerException)
        {
            if (fault is DbException database && DatabaseUnavailableException.StateOf(database) is { } state && s_momentary.Contains(state)) return true;
        }

        return false;
    }
}
