using Orleans.Bundled;

namespace Orleans.Hosting;

/// <summary>Traces across calls.</summary>
public static class ActivityPropagationExtensions
{
    /// <summary>
    /// Carries the caller's trace with each call, in the request context by the names of W3C, and makes each call an activity of the
    /// sources <c>Microsoft.Orleans.Application</c> and, for the runtime's own interfaces, <c>Microsoft.Orleans.Runtime</c>.
    /// </summary>
    public static ISiloBuilder AddActivityPropagation(this ISiloBuilder builder) => builder
        .AddOutgoingGrainCallFilter<OutgoingActivityFilter>()
        .AddIncomingGrainCallFilter<IncomingActivityFilter>();

    /// <summary>The same for the calls of a client, and for those that its observers receive.</summary>
    public static IClientBuilder AddActivityPropagation(this IClientBuilder builder) => builder
        .AddOutgoingGrainCallFilter<OutgoingActivityFilter>()
        .AddIncomingGrainCallFilter<IncomingActivityFilter>();
}
