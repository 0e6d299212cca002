namespace OrleansSocial.Kernel;

/// <summary>The process cannot start. The message is for the person who starts it, and says what to do.</summary>
public sealed class StartRefusedException : Exception
{
    /// <summary>No reason is known.</summary>
    public StartRefusedException()
        : this("The process cannot start.")
    {
    }

    /// <summary>Cannot start for the reason that <paramref name="message"/> tells.</summary>
    public StartRefusedException(string message)
        : base(message)
    {
    }

    /// <summary>Cannot start for the reason that <paramref name="message"/> tells; <paramref name="innerException"/> is how it showed.</summary>
    public StartRefusedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
