using System.ComponentModel.DataAnnotations;

namespace OrleansSocial.Realtime;

/// <summary>Limits and timings of live delivery. Section <c>Social:Realtime</c>.</summary>
public sealed class RealtimeOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Social:Realtime";

    /// <summary>For how long what a node told of its connections counts after its last word. Nodes give word every few seconds.</summary>
    [Range(15, 600)]
    public int LeaseSeconds { get; set; } = 30;

    /// <summary>How long a person is still shown as present after their last connection ended, so that a reload is not a leaving.</summary>
    [Range(0, 300)]
    public int PresenceLingerSeconds { get; set; } = 5;

    /// <summary>In how many ways events go to a node side by side; those of one source always take the same.</summary>
    [Range(1, 16)]
    public int LinksEach { get; set; } = 2;

    /// <summary>How long after a parcel of events that concerned many people the next one goes to a node at most; what comes meanwhile goes with it. What concerns few goes at once.</summary>
    [Range(0, 1000)]
    public int ParcelMilliseconds { get; set; } = 16;

    /// <summary>How many events may wait on one way to a node; what comes beyond is missed, and read by those whom it concerns.</summary>
    [Range(16, 100_000)]
    public int LinkEventsMax { get; set; } = 1024;

    /// <summary>How many people and topics the events that wait on one way may concern together.</summary>
    [Range(1000, 10_000_000)]
    public int LinkKeysMax { get; set; } = 200_000;

    /// <summary>How many changes are replayed from a cursor at most. A cursor with more behind it gets a reset.</summary>
    [Range(100, 100_000)]
    public int ReplayEventsMax { get; set; } = 2000;

    /// <summary>How old a cursor may be. An older one gets a reset.</summary>
    [Range(30, 3650)]
    public int CursorDaysMax { get; set; } = 60;
}
