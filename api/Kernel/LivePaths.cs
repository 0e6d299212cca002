using Microsoft.AspNetCore.Http;

namespace OrleansSocial.Kernel;

/// <summary>The doors whose requests go on for long, for what stands before the routes and treats them otherwise.</summary>
public static class LivePaths
{
    /// <summary>The hub.</summary>
    public static readonly PathString Hub = "/v1/live";

    /// <summary>The stream of events, which like the hub does not end by itself.</summary>
    public static readonly PathString Stream = "/v1/events/stream";

    private static readonly PathString s_events = "/v1/events";

    /// <summary>Whether an answer at this path never ends.</summary>
    public static bool IsEndless(PathString path) => path == Hub || path == Stream;

    /// <summary>Whether requests at this path may wait: at the hub and below, in the stream, or in a poll.</summary>
    public static bool MayWait(PathString path) => path.StartsWithSegments(Hub) || path.StartsWithSegments(s_events);
}
