using System.ComponentModel.DataAnnotations;

namespace OrleansSocial.Kernel;

/// <summary>Limits and timings of the log of events and of its subscribers. Section <c>Social:Events</c>.</summary>
public sealed class EventOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Social:Events";

    /// <summary>How many events a part of a subscriber reads and handles in one go.</summary>
    [Range(1, 10_000)]
    public int BatchEventsMax { get; set; } = 500;

    /// <summary>How many events may be handled beyond a transaction that is still running; then its end is waited for.</summary>
    [Range(100, 100_000)]
    public int AheadEventsMax { get; set; } = 10_000;

    /// <summary>How often the log is read although nobody has told of an event: so late one is handled whose notice was lost with a silo.</summary>
    [Range(1, 300)]
    public int PollSeconds { get; set; } = 5;

    /// <summary>How often an event is tried before it is parked.</summary>
    [Range(1, 100)]
    public int AttemptsMax { get; set; } = 10;

    /// <summary>How long after a first failure an event is tried again; doubled with each further one.</summary>
    [Range(1, 3600)]
    public int RetrySeconds { get; set; } = 1;

    /// <summary>The longest pause between two attempts.</summary>
    [Range(1, 86_400)]
    public int RetrySecondsMax { get; set; } = 60;

    /// <summary>How often times that have come are looked for.</summary>
    [Range(50, 10_000)]
    public int DueMilliseconds { get; set; } = 250;

    /// <summary>How many days events are kept for cursors. What a subscriber has not handled stays in any case. Not below the age that a cursor may have.</summary>
    [Range(1, 3650)]
    public int DaysMax { get; set; } = 61;
}
