namespace Orleans;

/// <summary>Why an activation ends.</summary>
public readonly struct DeactivationReason(DeactivationReasonCode code, Exception? exception, string text)
{
    /// <summary>A reason without exception.</summary>
    public DeactivationReason(DeactivationReasonCode code, string text)
        : this(code, null, text)
    {
    }

    /// <summary>The kind of reason.</summary>
    public DeactivationReasonCode ReasonCode { get; } = code;

    /// <summary>What happened, for people.</summary>
    public string Description { get; } = text;

    /// <summary>The failure that ended the activation, if one did.</summary>
    public Exception? Exception { get; } = exception;

    /// <summary>Code, description and exception.</summary>
    public override string ToString() =>
        Exception is null ? $"{ReasonCode}: {Description}" : $"{ReasonCode}: {Description} ({Exception.GetType()}: {Exception.Message})";
}

/// <summary>The kinds of reason for which an activation ends.</summary>
public enum DeactivationReasonCode : byte
{
    /// <summary>No reason.</summary>
    None = 0,

    /// <summary>The silo stops.</summary>
    ShuttingDown = 1,

    /// <summary>The activation never became valid.</summary>
    ActivationFailed = 2,

    /// <summary>The directory could not confirm the activation.</summary>
    DirectoryFailure = 3,

    /// <summary>Nobody called the grain for its collection age.</summary>
    ActivationIdle = 4,

    /// <summary>One request blocked the activation for too long.</summary>
    ActivationUnresponsive = 5,

    /// <summary>Another activation of the same grain is the registered one.</summary>
    DuplicateActivation = 6,

    /// <summary>A request asked for a version of the interface that this activation does not have.</summary>
    IncompatibleRequest = 7,

    /// <summary>An exception of the application ended the activation.</summary>
    ApplicationError = 8,

    /// <summary>The application asked for it.</summary>
    ApplicationRequested = 9,

    /// <summary>The activation moves to another silo.</summary>
    Migrating = 10,

    /// <summary>The runtime asked for it.</summary>
    RuntimeRequested = 11,

    /// <summary>Memory is short.</summary>
    HighMemoryPressure = 12,
}
