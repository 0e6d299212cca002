namespace OrleansSocial.Realtime;

/// <summary>What is told of people who are watched.</summary>
public static class PresenceLive
{
    /// <summary>A watched person came or went. Never stored.</summary>
    public static readonly LiveType<PresenceNotice> Moved = new("presence");
}
