using System.Diagnostics.Metrics;

namespace OrleansSocial.Realtime;

/// <summary>What goes from this silo to nodes, for whoever watches it.</summary>
internal static class LinkMetrics
{
    private static readonly Meter s_meter = new("OrleansSocial.Realtime");
    private static readonly Counter<long> s_parcels = s_meter.CreateCounter<long>("social.live.parcels", "{parcel}", "Calls with events to nodes that hold live connections.");
    private static readonly Counter<long> s_events = s_meter.CreateCounter<long>("social.live.events", "{event}", "Events in these calls, counted once for each node.");
    private static readonly Counter<long> s_missed = s_meter.CreateCounter<long>("social.live.missed", "{event}", "Events of calls that were not answered; those whom they concern read them.");

    /// <summary>A parcel goes out.</summary>
    public static void Sent(LiveParcel parcel)
    {
        s_parcels.Add(1);
        s_events.Add(parcel.Told.Count);
    }

    /// <summary>A parcel was not answered.</summary>
    public static void Missed(LiveParcel parcel) => s_missed.Add(parcel.Told.Count);
}
