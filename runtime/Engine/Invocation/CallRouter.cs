using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>
/// Takes requests to their targets. This is the seam between references and places: a reference knows only its router, and the
/// router knows whether the target lives in this silo, is an observer object, or lives elsewhere.
/// </summary>
internal abstract class CallRouter(CallClock clock)
{
    /// <summary>Deadlines of calls, and the coarse time.</summary>
    public CallClock Clock { get; } = clock;

    /// <summary>Filters of outgoing calls; empty for none.</summary>
    public IOutgoingGrainCallFilter[] OutgoingFilters { get; protected set; } = [];

    /// <summary>The sender of calls that no activation makes.</summary>
    public GrainId ClientId { get; protected set; }

    /// <summary>Whether a caller that cancels waits for the callee's outcome.</summary>
    public bool WaitForCancellationAcknowledgement { get; protected set; }

    /// <summary>Whether the callee's token is cancelled when its caller's time is up.</summary>
    public bool CancelRequestOnTimeout { get; protected set; }

    /// <summary>Whether a request whose caller's time is up is dropped instead of run.</summary>
    public bool DropExpiredMessages { get; protected set; } = true;

    /// <summary>Finds or creates the target of a request and hands the request over. Never throws: failures settle the request.</summary>
    public abstract void Route(Request request);

    /// <summary>A reference to a grain through an interface.</summary>
    public abstract GrainReference CreateReference(GrainId grainId, Type interfaceType);
}
