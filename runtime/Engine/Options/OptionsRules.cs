using Orleans.Configuration;

namespace Orleans.Bundled;

/// <summary>What the options of a silo must satisfy.</summary>
internal static class OptionsRules
{
    private const int NameCharsMax = 150;

    public static void Check(ClusterOptions o, Faults faults)
    {
        Name(o.ClusterId, nameof(o.ClusterId));
        Name(o.ServiceId, nameof(o.ServiceId));

        void Name(string value, string key) => faults.Unless(
            !string.IsNullOrWhiteSpace(value) && value.Length <= NameCharsMax, key, value, $"it must have 1 to {NameCharsMax} characters.");
    }

    public static void Check(EndpointOptions o, Faults faults)
    {
        faults.Unless(o.SiloPort is > 0 and <= ushort.MaxValue, nameof(o.SiloPort), o.SiloPort, "it must be 1 to 65535.");
        faults.Unless(o.GatewayPort is >= 0 and <= ushort.MaxValue, nameof(o.GatewayPort), o.GatewayPort, "it must be 0 to 65535.");
    }

    public static void Check(GrainCollectionOptions o, Faults faults)
    {
        faults.UnlessPositive(o.CollectionQuantum, nameof(o.CollectionQuantum));
        faults.UnlessPositive(o.ActivationTimeout, nameof(o.ActivationTimeout));
        faults.UnlessPositive(o.DeactivationTimeout, nameof(o.DeactivationTimeout));
        Age(o.CollectionAge, nameof(o.CollectionAge));
        foreach (var (grainClass, age) in o.ClassSpecificCollectionAge)
        {
            Age(age, $"{nameof(o.ClassSpecificCollectionAge)}[{grainClass}]");
        }

        void Age(TimeSpan value, string key) => faults.Unless(
            value > o.CollectionQuantum, key, value, $"it must be longer than {nameof(o.CollectionQuantum)}, which is {o.CollectionQuantum}.");
    }

    public static void Check(SiloMessagingOptions o, Faults faults)
    {
        CheckCommon(o, faults);
        faults.UnlessPositive(o.SystemResponseTimeout, nameof(o.SystemResponseTimeout));
        faults.UnlessPositive(o.MaxRequestProcessingTime, nameof(o.MaxRequestProcessingTime));
        faults.UnlessPositive(o.RequestProcessingWarningTime, nameof(o.RequestProcessingWarningTime));
        faults.UnlessPositive(o.RequestQueueDelayWarningTime, nameof(o.RequestQueueDelayWarningTime));
        NotNegative(o.MaxForwardCount, nameof(o.MaxForwardCount));
        NotNegative(o.MaxEnqueuedRequestsSoftLimit, nameof(o.MaxEnqueuedRequestsSoftLimit));
        NotNegative(o.MaxEnqueuedRequestsHardLimit, nameof(o.MaxEnqueuedRequestsHardLimit));
        NotNegative(o.MaxEnqueuedRequestsSoftLimit_StatelessWorker, nameof(o.MaxEnqueuedRequestsSoftLimit_StatelessWorker));
        NotNegative(o.MaxEnqueuedRequestsHardLimit_StatelessWorker, nameof(o.MaxEnqueuedRequestsHardLimit_StatelessWorker));

        void NotNegative(int value, string key) => faults.Unless(value >= 0, key, value, "it must not be negative.");
    }

    public static void Check(ClientMessagingOptions o, Faults faults) => CheckCommon(o, faults);

    public static void Check(GatewayOptions o, Faults faults) =>
        faults.UnlessPositive(o.GatewayListRefreshPeriod, nameof(o.GatewayListRefreshPeriod));

    public static void Check(ConnectionOptions o, Faults faults)
    {
        faults.Unless(
            o.ConnectionsPerEndpoint is > 0 and <= 64, nameof(o.ConnectionsPerEndpoint), o.ConnectionsPerEndpoint, "it must be 1 to 64.");
        faults.UnlessPositive(o.OpenConnectionTimeout, nameof(o.OpenConnectionTimeout));
        faults.Unless(
            o.ConnectionRetryDelay >= TimeSpan.Zero, nameof(o.ConnectionRetryDelay), o.ConnectionRetryDelay, "it must not be negative.");
    }

    public static void Check(SchedulingOptions o, Faults faults)
    {
        faults.UnlessPositive(o.ActivationSchedulingQuantum, nameof(o.ActivationSchedulingQuantum));
        faults.UnlessPositive(o.TurnWarningLengthThreshold, nameof(o.TurnWarningLengthThreshold));
    }

    public static void Check(StatelessWorkerOptions o, Faults faults)
    {
        faults.UnlessPositive(o.IdleWorkersInspectionPeriod, nameof(o.IdleWorkersInspectionPeriod));
        faults.Unless(
            o.MinIdleCyclesBeforeRemoval > 0, nameof(o.MinIdleCyclesBeforeRemoval), o.MinIdleCyclesBeforeRemoval, "it must be at least 1.");
    }

    private static void CheckCommon(MessagingOptions o, Faults faults)
    {
        faults.UnlessPositive(o.ConfiguredResponseTimeout, nameof(o.ResponseTimeout));
        faults.UnlessPositive(o.ResponseTimeoutWithDebugger, nameof(o.ResponseTimeoutWithDebugger));
        faults.Unless(o.MaxMessageHeaderSize > 0, nameof(o.MaxMessageHeaderSize), o.MaxMessageHeaderSize, "it must be positive.");
        faults.Unless(o.MaxMessageBodySize > 0, nameof(o.MaxMessageBodySize), o.MaxMessageBodySize, "it must be positive.");
    }
}
