using System.ComponentModel.DataAnnotations;

namespace OrleansSocial.Realtime;

/// <summary>Limits and timings of live delivery. Section <c>Social:Realtime</c>.</summary>
public sealed class RealtimeOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Social:Realtime";

    /// <summary>How long a connection counts as live after its node last said so. Nodes say so every ten seconds.</summary>
    [Range(15, 600)]
    public int LeaseSeconds { get; set; } = 30;

    /// <summary>How many live connections a person may have at once.</summary>
    [Range(1, 1000)]
    public int ConnectionsMax { get; set; } = 20;

    /// <summary>How long a person is still shown as present after their last connection ended, so that a reload is not a leaving.</summary>
    [Range(0, 300)]
    public int PresenceLingerSeconds { get; set; } = 5;

    /// <summary>How long watching a person lasts unless it is renewed.</summary>
    [Range(30, 3600)]
    public int WatchSeconds { get; set; } = 300;

    /// <summary>How many people may watch one person.</summary>
    [Range(1, 100_000)]
    public int WatchersMax { get; set; } = 1000;

    /// <summary>How long a silo passes a person over whose stream has answered that nobody is there, before it asks again. A first connection ends it at once.</summary>
    [Range(5, 600)]
    public int RosterSeconds { get; set; } = 30;

    /// <summary>Of how many people a silo knows at most whether somebody is there; when there are more it asks for all of them again.</summary>
    [Range(100, 10_000_000)]
    public int RosterPeopleMax { get; set; } = 200_000;

    /// <summary>How soon after a push the tables are read for whatever was not pushed, and connections are told their position.</summary>
    [Range(1, 300)]
    public int VerifySeconds { get; set; } = 3;

    /// <summary>How often the tables are read although nothing was pushed.</summary>
    [Range(5, 86_400)]
    public int VerifyIdleSeconds { get; set; } = 300;

    /// <summary>How many pushed events a person's grain remembers at most; when there are more the tables are read at once.</summary>
    [Range(16, 10_000)]
    public int PushedEventsMax { get; set; } = 512;

    /// <summary>How many changes are replayed from a cursor at most. A cursor with more behind it gets a reset.</summary>
    [Range(100, 100_000)]
    public int ReplayEventsMax { get; set; } = 2000;

    /// <summary>How old a cursor may be. An older one gets a reset.</summary>
    [Range(30, 3650)]
    public int CursorDaysMax { get; set; } = 60;
}
