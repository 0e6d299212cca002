using System.Diagnostics;

namespace Orleans.Configuration;

/// <summary>How calls wait, time out and are cancelled.</summary>
public abstract class MessagingOptions
{
    private TimeSpan _responseTimeout = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Time after which a call without an answer fails with <see cref="TimeoutException"/>. 30 seconds by default;
    /// <see cref="ResponseTimeoutWithDebugger"/> takes its place in a process with a debugger.
    /// </summary>
    public TimeSpan ResponseTimeout
    {
        get => Debugger.IsAttached ? ResponseTimeoutWithDebugger : _responseTimeout;
        set => _responseTimeout = value;
    }

    /// <summary>The response timeout in a process with a debugger. 30 minutes by default.</summary>
    public TimeSpan ResponseTimeoutWithDebugger { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Whether a request that waited longer than its timeout is dropped rather than run. True by default.</summary>
    public bool DropExpiredMessages { get; set; } = true;

    /// <summary>Whether a call that times out also cancels its token at the callee. False by default.</summary>
    public bool CancelRequestOnTimeout { get; set; }

    /// <summary>Whether a cancelled call waits for the callee's outcome. False by default: it ends at once.</summary>
    public bool WaitForCancellationAcknowledgement { get; set; }

    /// <summary>
    /// Bytes that the header of a message, which names target, method and caller, may take. 10 MB by default.
    /// </summary>
    public int MaxMessageHeaderSize { get; set; } = 10 * 1024 * 1024;

    /// <summary>
    /// Bytes that the arguments, the request context or the result of a call may take between processes. 100 MB by default. A
    /// larger call fails at its sender; a larger message from elsewhere closes its connection.
    /// </summary>
    public int MaxMessageBodySize { get; set; } = 100 * 1024 * 1024;

    internal TimeSpan ConfiguredResponseTimeout => _responseTimeout;
}

/// <summary>How calls that a silo makes and serves wait, time out and queue.</summary>
public class SiloMessagingOptions : MessagingOptions
{
    /// <summary>The response timeout of the runtime's own calls. 30 seconds by default.</summary>
    public TimeSpan SystemResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a request that arrives where its grain is not may be sent on. 2 by default.</summary>
    public int MaxForwardCount { get; set; } = 2;

    /// <summary>Time after which one request that blocks its activation makes the activation be abandoned. 2 hours by default.</summary>
    public TimeSpan MaxRequestProcessingTime { get; set; } = TimeSpan.FromHours(2);

    /// <summary>Age from which on a call that is running is logged as a warning where it was made. 20 seconds by default.</summary>
    public TimeSpan RequestProcessingWarningTime { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Age from which on a call that still waits for its turn is logged as a warning where it was made. 20 seconds by default.</summary>
    public TimeSpan RequestQueueDelayWarningTime { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Waiting requests of an activation above which a warning is logged; 0, the default, for none.</summary>
    public int MaxEnqueuedRequestsSoftLimit { get; set; }

    /// <summary>
    /// Waiting requests of an activation above which further ones fail with
    /// <see cref="Orleans.Runtime.LimitExceededException"/>; 0, the default, for no limit.
    /// </summary>
    public int MaxEnqueuedRequestsHardLimit { get; set; }

    /// <summary>The soft limit of stateless workers.</summary>
    public int MaxEnqueuedRequestsSoftLimit_StatelessWorker { get; set; }

    /// <summary>The hard limit of stateless workers.</summary>
    public int MaxEnqueuedRequestsHardLimit_StatelessWorker { get; set; }
}

/// <summary>How calls that a client makes wait and time out.</summary>
public class ClientMessagingOptions : MessagingOptions;
