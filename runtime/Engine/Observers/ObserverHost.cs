using Microsoft.Extensions.Logging;

namespace Orleans.Bundled;

/// <summary>A process whose references are made here, and whose objects others may call: a silo's engine, or a client.</summary>
internal abstract class ObserverHost(CallClock clock) : CallRouter(clock)
{
    /// <summary>Takes what concerns observers.</summary>
    public abstract ILogger Log { get; }

    /// <summary>Filters of incoming calls; empty for none.</summary>
    public IIncomingGrainCallFilter[] IncomingFilters { get; protected init; } = [];

    /// <summary>Makes the references of this process.</summary>
    public abstract ReferenceFactory References { get; }

    /// <summary>The objects of this process.</summary>
    public abstract ObserverRegistry Observers { get; }
}
