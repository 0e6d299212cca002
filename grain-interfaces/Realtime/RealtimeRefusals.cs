namespace OrleansSocial.Realtime;

/// <summary>Every refusal of this slice, and the codes with which a live connection is closed.</summary>
public static class RealtimeRefusals
{
    /// <summary>The text is not a cursor of this person and server.</summary>
    public static readonly Refusal BadCursor = new("realtime.bad_cursor", Kind.Invalid, "This is not a cursor of yours; subscribe without one.");

    /// <summary>The person holds as many live connections as they may.</summary>
    public static readonly Refusal TooManyConnections = new("realtime.too_many_connections", Kind.TooMany, "You have too many live connections; close one and try again.") { RetryAfterSeconds = 5 };

    /// <summary>Too many people to watch at once.</summary>
    public static readonly Refusal WatchCount = new("realtime.watch_count", Kind.Unprocessable, "Ask for the presence of at most 100 people at once.");

    /// <summary>The connection was too slow for what happened; connect again and resume from the cursor.</summary>
    public static readonly Refusal SlowConsumer = new("realtime.slow_consumer", Kind.Unavailable, "This connection was too slow; connect again and resume from the cursor.") { RetryAfterSeconds = 0 };

    /// <summary>The session of the connection was ended.</summary>
    public static readonly Refusal SessionEnded = new("realtime.session_ended", Kind.Unauthenticated, "This session has ended; sign in again.");

    /// <summary>The access token of the connection has ended; connect again with a fresh one.</summary>
    public static readonly Refusal TokenEnded = new("realtime.token_ended", Kind.Unauthenticated, "The access token of this connection has ended; refresh it, connect again and resume from the cursor.");

    /// <summary>The client has sent nothing for so long that it counts as gone.</summary>
    public static readonly Refusal Silent = new("realtime.silent", Kind.Unavailable, "Nothing was heard of this client for too long; connect again, resume from the cursor, and send pings.") { RetryAfterSeconds = 0 };

    /// <summary>A message of the client was larger than one may be.</summary>
    public static readonly Refusal MessageTooLarge = new("realtime.message_too_large", Kind.TooLarge, "A message of this client was too large; do not send it again.");

    /// <summary>The client sent more frames that are no calls than it may.</summary>
    public static readonly Refusal TooManyFrames = new("realtime.too_many_frames", Kind.TooMany, "This client sent too many frames that are no calls; connect again later.") { RetryAfterSeconds = 5 };

    /// <summary>The client went on with calls that are refused.</summary>
    public static readonly Refusal TooManyRefusals = new("realtime.too_many_refusals", Kind.TooMany, "Too many calls of this client were refused one after the other; see what their codes say, and connect again later.") { RetryAfterSeconds = 5 };

    /// <summary>The hub has no method of this name.</summary>
    public static readonly Refusal UnknownMethod = new("realtime.unknown_method", Kind.NotFound, "The hub has no method of this name; see its page in the documentation.");

    /// <summary>What was missed cannot be replayed on this connection; connect again and subscribe with the cursor.</summary>
    public static readonly Refusal Resync = new("realtime.resync", Kind.Unavailable, "This connection missed too much to catch up; connect again and resume from the cursor.") { RetryAfterSeconds = 0 };

    /// <summary>The node that holds the connection is stopping.</summary>
    public static readonly Refusal NodeStopping = new("realtime.node_stopping", Kind.Unavailable, "This server is stopping; connect again and resume from the cursor.") { RetryAfterSeconds = 0 };

    /// <summary>Those with which a live connection ends.</summary>
    public static IReadOnlyList<Refusal> Closing { get; } =
        [TooManyConnections, SlowConsumer, SessionEnded, TokenEnded, Silent, MessageTooLarge, TooManyFrames, TooManyRefusals, Resync, NodeStopping];

    /// <summary>The wait of a poll is out of range.</summary>
    public static readonly Refusal Wait = new("realtime.wait", Kind.Invalid, "A poll waits 0 to 30 seconds.");
}
