using System.Data.Common;
using System.Net.Sockets;

namespace OrleansSocial.Kernel;

/// <summary>PostgreSQL cannot be reached or cannot write now. Nothing was stored, or it is not known whether it was; the same request may be sent again.</summary>
[GenerateSerializer, Alias("social.database-unavailable")]
public sealed class DatabaseUnavailableException : Exception
{
    /// <summary>An outage without a known cause.</summary>
    public DatabaseUnavailableException()
        : base("The database cannot be reached.")
    {
    }

    /// <summary>An outage in words.</summary>
    public DatabaseUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>An outage with the exception of the driver.</summary>
    public DatabaseUnavailableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Whether an exception, or one that it wraps, says that the database is away, overloaded, full, shutting down, or no longer takes this node's writes.</summary>
    public static bool Describes(Exception? fault)
    {
        for (; fault is not null; fault = fault.InnerException)
        {
            if (fault is DatabaseUnavailableException || (fault is DbException database && IsOutage(database)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The SQLSTATE of a fault, also of one that crossed silos: what is left of it there is its message and its data.</summary>
    public static string? StateOf(DbException fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return string.IsNullOrEmpty(fault.SqlState) ? fault.Data[nameof(DbException.SqlState)] as string : fault.SqlState;
    }

    // Classes of SQLSTATE: 08 connection, 53 resources (full, too many connections), 57P shut down or starting,
    // 58 system and I/O errors; 25006 is a server that was made read-only; SF001 is this product's write fence.
    private static bool IsOutage(DbException fault) => StateOf(fault) switch
    {
        null or "" => fault.IsTransient || fault.InnerException is IOException or TimeoutException or SocketException,
        "25006" or "SF001" => true,
        var state => state.StartsWith("08", StringComparison.Ordinal)
            || state.StartsWith("53", StringComparison.Ordinal)
            || state.StartsWith("57P", StringComparison.Ordinal)
            || state.StartsWith("58", StringComparison.Ordinal),
    };
}
