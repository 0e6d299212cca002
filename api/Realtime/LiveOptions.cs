using System.ComponentModel.DataAnnotations;

namespace OrleansSocial.Realtime;

/// <summary>Limits and timings of live connections at this node. Section <c>Social:Live</c>.</summary>
public sealed class LiveOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Social:Live";

    /// <summary>How many frames may wait for a slow connection before it is closed with a resumable code.</summary>
    [Range(8, 100_000)]
    public int QueueFramesMax { get; set; } = 256;

    /// <summary>How often the lease of each connection is renewed. The lease itself must last at least twice as long.</summary>
    [Range(1, 60)]
    public int RenewSeconds { get; set; } = 10;

    /// <summary>How often watching other people is renewed for the connections that asked for it.</summary>
    [Range(10, 1800)]
    public int WatchRenewSeconds { get; set; } = 120;

    /// <summary>How many people a connection may watch at once.</summary>
    [Range(1, 1000)]
    public int WatchUsersMax { get; set; } = 100;

    /// <summary>How many events one answer of a catch-up holds, give or take those that belong together.</summary>
    [Range(10, 500)]
    public int PageEventsMax { get; set; } = 200;

    /// <summary>How long a push may wait for one that it has overtaken before what was missed is read.</summary>
    [Range(10, 60_000)]
    public int HoldMillisecondsMax { get; set; } = 250;

    /// <summary>How long a closing connection may take to go by itself before it is cut.</summary>
    [Range(1, 60)]
    public int CloseSecondsMax { get; set; } = 5;

    /// <summary>How often an event stream with nothing to say sends a comment, so that proxies keep it.</summary>
    [Range(1, 120)]
    public int HeartbeatSeconds { get; set; } = 15;

    /// <summary>How large one message of a client may be; a larger one ends its connection.</summary>
    [Range(4096, 1_048_576)]
    public int MessageBytesMax { get; set; } = 128 * 1024;
}
