using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>The root of the runtime's own failures.</summary>
    public class OrleansException : Exception
    {
        /// <summary>A failure without details.</summary>
        public OrleansException()
            : base("The actor runtime reported a failure.")
        {
        }

        /// <summary>A failure with a message.</summary>
        public OrleansException(string message)
            : base(message)
        {
        }

        /// <summary>A failure with a message and its cause.</summary>
        public OrleansException(string message, Exception? innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>A request was refused before it ran.</summary>
    public class OrleansMessageRejectionException : OrleansException
    {
        /// <summary>A refusal without details.</summary>
        public OrleansMessageRejectionException()
            : base("The request was refused.")
        {
        }

        /// <summary>A refusal with a message.</summary>
        public OrleansMessageRejectionException(string message)
            : base(message)
        {
        }

        /// <summary>A refusal with a message and its cause.</summary>
        public OrleansMessageRejectionException(string message, Exception? innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>The silo that a request was meant for is gone, or the local one stops. The request may or may not have run.</summary>
    public class SiloUnavailableException : OrleansMessageRejectionException
    {
        /// <summary>Without details.</summary>
        public SiloUnavailableException()
            : base("The silo is not available.")
        {
        }

        /// <summary>With a message.</summary>
        public SiloUnavailableException(string message)
            : base(message)
        {
        }

        /// <summary>With a message and its cause.</summary>
        public SiloUnavailableException(string message, Exception? innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>A queue is at its limit.</summary>
    public class LimitExceededException : OrleansException
    {
        /// <summary>Without details.</summary>
        public LimitExceededException()
            : base("A limit was exceeded.")
        {
        }

        /// <summary>With a message.</summary>
        public LimitExceededException(string message)
            : base(message)
        {
        }

        /// <summary>With a message and its cause.</summary>
        public LimitExceededException(string message, Exception? innerException)
            : base(message, innerException)
        {
        }

        /// <summary>Names the limit, the value found and the value allowed.</summary>
        public LimitExceededException(string limitName, int current, int threshold, object? extraInfo = null)
            : base($"Limit {limitName} exceeded: {current}, allowed {threshold}. {extraInfo}".TrimEnd())
        {
        }
    }

    /// <summary>The client that holds an observer is gone.</summary>
    public class ClientNotAvailableException : OrleansException
    {
        internal ClientNotAvailableException(GrainId clientId)
            : base($"No client {clientId} is connected.")
        {
        }

        internal ClientNotAvailableException(string message)
            : base(message)
        {
        }
    }

    /// <summary>A call went to a grain extension that the grain does not have.</summary>
    public class GrainExtensionNotInstalledException : OrleansException
    {
        /// <summary>Without details.</summary>
        public GrainExtensionNotInstalledException()
            : base("The grain extension is not installed.")
        {
        }

        /// <summary>With a message.</summary>
        public GrainExtensionNotInstalledException(string message)
            : base(message)
        {
        }

        /// <summary>With a message and its cause.</summary>
        public GrainExtensionNotInstalledException(string message, Exception? innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>A reference was used that belongs to no running silo or client.</summary>
    public class GrainReferenceNotBoundException : OrleansException
    {
        /// <summary>Without details.</summary>
        public GrainReferenceNotBoundException()
            : base("The grain reference is not bound to a runtime.")
        {
        }

        /// <summary>With a message.</summary>
        public GrainReferenceNotBoundException(string message)
            : base(message)
        {
        }

        /// <summary>With a message and its cause.</summary>
        public GrainReferenceNotBoundException(string message, Exception? innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>The configuration of a silo or client is not valid. The message lists every fault found.</summary>
    public class OrleansConfigurationException : Exception
    {
        /// <summary>Without details.</summary>
        public OrleansConfigurationException()
            : base("The configuration is not valid.")
        {
        }

        /// <summary>With a message.</summary>
        public OrleansConfigurationException(string message)
            : base(message)
        {
        }

        /// <summary>With a message and its cause.</summary>
        public OrleansConfigurationException(string message, Exception? innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>A start was cancelled.</summary>
    public class OrleansLifecycleCanceledException : OrleansException
    {
        /// <summary>Without details.</summary>
        public OrleansLifecycleCanceledException()
            : base("The start was cancelled.")
        {
        }

        /// <summary>With a message.</summary>
        public OrleansLifecycleCanceledException(string message)
            : base(message)
        {
        }

        /// <summary>With a message and its cause.</summary>
        public OrleansLifecycleCanceledException(string message, Exception? innerException)
            : base(message, innerException)
        {
        }
    }
}

namespace Orleans.Storage
{
    /// <summary>A stored value changed since it was read. The activation that raises it ends, and the next one reads afresh.</summary>
    public class InconsistentStateException : OrleansException
    {
        /// <summary>Without details.</summary>
        public InconsistentStateException()
            : base("The stored state changed since it was read.")
        {
        }

        /// <summary>With a message.</summary>
        public InconsistentStateException(string message)
            : base(message)
        {
        }

        /// <summary>With a message and its cause.</summary>
        public InconsistentStateException(string message, Exception? innerException)
            : base(message, innerException)
        {
        }

        /// <summary>With both versions.</summary>
        public InconsistentStateException(
            string errorMsg, string? storedEtag, string? currentEtag, Exception? storageException = null)
            : base(errorMsg, storageException)
        {
            StoredEtag = storedEtag;
            CurrentEtag = currentEtag;
        }

        /// <summary>With both versions and the failure of the storage.</summary>
        public InconsistentStateException(string? storedEtag, string? currentEtag, Exception storageException)
            : this(storageException?.Message ?? "The stored state changed since it was read.", storedEtag, currentEtag, storageException)
        {
        }

        /// <summary>The version that is stored, where the provider knows it.</summary>
        public string? StoredEtag { get; private set; }

        /// <summary>The version that the writer had read.</summary>
        public string? CurrentEtag { get; private set; }

        /// <summary>Whether the activation that the exception passes through next is the one that raised it.</summary>
        /// <remarks>It is cleared when the exception leaves that activation, so that callers up the chain live on.</remarks>
        internal bool IsSourceActivation { get; set; } = true;
    }

    /// <summary>A storage is missing or wrongly configured.</summary>
    public class BadProviderConfigException : OrleansException
    {
        /// <summary>Without details.</summary>
        public BadProviderConfigException()
            : base("A provider is missing or wrongly configured.")
        {
        }

        /// <summary>With a message.</summary>
        public BadProviderConfigException(string message)
            : base(message)
        {
        }

        /// <summary>With a message and its cause.</summary>
        public BadProviderConfigException(string message, Exception? innerException)
            : base(message, innerException)
        {
        }
    }
}
