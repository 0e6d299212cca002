using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Orleans.Bundled;

/// <summary>
/// The figures of the runtime for whoever listens to the meter <c>Microsoft.Orleans</c>, under the names that dashboards know. All
/// silos of a process add up. Nothing is measured on the path of a call while nobody listens.
/// </summary>
internal static class Instruments
{
    private static readonly Meter s_meter = new("Microsoft.Orleans");
    private static readonly ConcurrentDictionary<GrainEngine, bool> s_engines = new();
    private static readonly ConcurrentDictionary<MessageCenter, bool> s_centers = new();

    static Instruments()
    {
        s_meter.CreateObservableGauge("orleans-catalog-activations", static () => Engines().Sum(e => e.Classes.Sum(c => c.Count)), "{activation}");
        s_meter.CreateObservableGauge("orleans-grains", ActivationsByClass, "{activation}");
        s_meter.CreateObservableGauge("orleans-gateway-connected-clients", static () => Centers().Sum(c => c.ClientCount), "{client}");
        s_meter.CreateObservableCounter("orleans-messaging-sent-messages", static () => Centers().Sum(c => c.Traffic.Sent), "{message}");
        s_meter.CreateObservableCounter("orleans-messaging-received-messages", static () => Centers().Sum(c => c.Traffic.Received), "{message}");
        s_meter.CreateObservableCounter("orleans-messaging-sent-messages-size", static () => Centers().Sum(c => c.Traffic.BytesSent), "By");
        s_meter.CreateObservableCounter("orleans-messaging-received-messages-size", static () => Centers().Sum(c => c.Traffic.BytesReceived), "By");
    }

    /// <summary>From the moment a call is sent to the moment its caller knows its outcome.</summary>
    public static Histogram<double> RequestLatency { get; } = s_meter.CreateHistogram<double>("orleans-app-requests-latency", "ms");

    public static Counter<long> RequestsTimedOut { get; } = s_meter.CreateCounter<long>("orleans-app-requests-timedout", "{request}");

    public static Counter<long> RequestsExpired { get; } = s_meter.CreateCounter<long>("orleans-messaging-expired", "{request}");

    public static Counter<long> RequestsSentOn { get; } = s_meter.CreateCounter<long>("orleans-messaging-rerouted", "{request}");

    public static Counter<long> ActivationsCreated { get; } = s_meter.CreateCounter<long>("orleans-catalog-activation-created", "{activation}");

    public static Counter<long> ActivationsDestroyed { get; } = s_meter.CreateCounter<long>("orleans-catalog-activation-destroyed", "{activation}");

    public static Counter<long> ActivationsFailed { get; } =
        s_meter.CreateCounter<long>("orleans-catalog-activation-failed-to-activate", "{activation}");

    /// <summary>Activations that were asked to end; the tag <c>via</c> says why.</summary>
    public static Counter<long> ActivationsEnded { get; } = s_meter.CreateCounter<long>("orleans-catalog-activation-shutdown", "{activation}");

    public static Counter<long> Collections { get; } = s_meter.CreateCounter<long>("orleans-catalog-activation-collections", "{collection}");

    public static Counter<long> LongTurns { get; } = s_meter.CreateCounter<long>("orleans-scheduler-long-running-turns", "{turn}");

    public static Counter<long> SocketsOpened { get; } = s_meter.CreateCounter<long>("orleans-networking-sockets-opened", "{connection}");

    public static Counter<long> SocketsClosed { get; } = s_meter.CreateCounter<long>("orleans-networking-sockets-closed", "{connection}");

    public static Counter<long> ReminderTicks { get; } = s_meter.CreateCounter<long>("orleans-reminders-ticks-delivered", "{tick}");

    public static Histogram<double> Milliseconds(string name) => s_meter.CreateHistogram<double>(name, "ms");

    public static Counter<long> Failures(string name) => s_meter.CreateCounter<long>(name, "{failure}");

    public static void Add(GrainEngine engine) => s_engines[engine] = true;

    public static void Remove(GrainEngine engine) => s_engines.TryRemove(engine, out _);

    public static void Add(MessageCenter center) => s_centers[center] = true;

    public static void Remove(MessageCenter center) => s_centers.TryRemove(center, out _);

    public static void Ended(DeactivationReasonCode reason)
    {
        if (ActivationsEnded.Enabled) ActivationsEnded.Add(1, new KeyValuePair<string, object?>("via", Via(reason)));
    }

    private static string Via(DeactivationReasonCode reason) => reason switch
    {
        DeactivationReasonCode.ActivationIdle => "collection",
        DeactivationReasonCode.ApplicationRequested => "deactivateOnIdle",
        DeactivationReasonCode.Migrating => "migration",
        DeactivationReasonCode.ActivationUnresponsive => "deactivateStuckActivation",
        _ => reason.ToString(),
    };

    private static IEnumerable<GrainEngine> Engines() => s_engines.Select(static pair => pair.Key);

    private static IEnumerable<MessageCenter> Centers() => s_centers.Select(static pair => pair.Key);

    private static IEnumerable<Measurement<int>> ActivationsByClass() => Engines()
        .SelectMany(static engine => engine.Classes)
        .GroupBy(static grainClass => grainClass.Name)
        .Select(static group => new Measurement<int>(group.Sum(c => c.Count), new KeyValuePair<string, object?>("type", group.Key)));
}

/// <summary>What went over the connections of one process since it started.</summary>
internal readonly record struct Traffic(long Sent, long Received, long BytesSent, long BytesReceived)
{
    public static Traffic operator +(Traffic one, Traffic other) => new(
        one.Sent + other.Sent, one.Received + other.Received, one.BytesSent + other.BytesSent, one.BytesReceived + other.BytesReceived);
}
