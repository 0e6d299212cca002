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
}
