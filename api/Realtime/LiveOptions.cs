using System.ComponentModel.DataAnnotations;

namespace OrleansSocial.Realtime;

/// <summary>Limits and timings of live connections at this node. Section <c>Social:Live</c>.</summary>
public sealed class LiveOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Social:Live";

    /// <summary>How many live connections a person may have at once.</summary>
    [Range(1, 1000)]
    public int ConnectionsMax { get; set; } = 20;

    /// <summary>How many frames may wait for a slow connection before it is closed with a resumable code. As many as one change of a large group tells at once must find room.</summary>
    [Range(8, 100_000)]
    public int QueueFramesMax { get; set; } = 1_024;

    /// <summary>How many bytes may wait for a slow connection before it is closed with a resumable code.</summary>
    [Range(65_536, 1_073_741_824)]
    public int QueueBytesMax { get; set; } = 1024 * 1024;

    /// <summary>How many bytes may wait for all connections of this node together; a connection for which more would have to wait is closed with a resumable code.</summary>
    [Range(1_048_576, 1_099_511_627_776)]
    public long NodeQueueBytesMax { get; set; } = 256 * 1024 * 1024;

    /// <summary>How often this node gives the silos word of its connections though nothing has changed. A lease must last at least twice as long.</summary>
    [Range(1, 60)]
    public int RenewSeconds { get; set; } = 5;

    /// <summary>How often it is asked whether the people that connections follow are here, beside what the silos tell of it.</summary>
    [Range(10, 1800)]
    public int WatchRenewSeconds { get; set; } = 120;

    /// <summary>How many people a connection may watch at once.</summary>
    [Range(1, 1000)]
    public int WatchUsersMax { get; set; } = 100;

    /// <summary>How soon after a push the tables are read for whatever was not pushed, and connections are told their position.</summary>
    [Range(1, 300)]
    public int VerifySeconds { get; set; } = 3;

    /// <summary>How long after such a reading the next one begins at the earliest while pushes go on, unless something was missed.</summary>
    [Range(1, 300)]
    public int VerifyBusySeconds { get; set; } = 10;

    /// <summary>How often the tables are read although nothing was pushed.</summary>
    [Range(5, 86_400)]
    public int VerifyIdleSeconds { get; set; } = 300;

    /// <summary>How many pushed events are remembered of a person at most; when there are more the tables are read at once.</summary>
    [Range(16, 10_000)]
    public int PushedEventsMax { get; set; } = 512;

    /// <summary>For how long the tables are read one time after the other when a silo could not be told of a connection.</summary>
    [Range(5, 600)]
    public int DoubtSeconds { get; set; } = 30;

    /// <summary>How many events one answer of a catch-up holds, give or take those that belong together.</summary>
    [Range(10, 500)]
    public int PageEventsMax { get; set; } = 200;

    /// <summary>How many pushes to a person may wait for what is read before them; one more lets them go.</summary>
    [Range(1, 10_000)]
    public int HeldPushesMax { get; set; } = 64;

    /// <summary>How long a closing connection may take to go by itself before it is cut.</summary>
    [Range(1, 60)]
    public int CloseSecondsMax { get; set; } = 5;

    /// <summary>How often an event stream with nothing to say sends a comment, so that proxies keep it.</summary>
    [Range(1, 120)]
    public int HeartbeatSeconds { get; set; } = 15;

    /// <summary>How long a hub connection may send nothing at all before it is closed with a resumable code: clients ping every 15 seconds.</summary>
    [Range(20, 3600)]
    public int SilenceSecondsMax { get; set; } = 60;

    /// <summary>How many frames that are no calls a connection may send in the long run; calls have rate classes.</summary>
    [Range(1, 10_000)]
    public int FramesPerSecond { get; set; } = 10;

    /// <summary>How many of them it may send at once. One more closes it.</summary>
    [Range(10, 100_000)]
    public int FramesBurst { get; set; } = 100;

    /// <summary>How many calls in a row may be refused before the connection is closed.</summary>
    [Range(10, 100_000)]
    public int RefusalsMax { get; set; } = 200;

    /// <summary>How large one message of a client may be; a larger one ends its connection with a code.</summary>
    [Range(4096, 1_048_576)]
    public int MessageBytesMax { get; set; } = 128 * 1024;
}
