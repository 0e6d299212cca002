using Orleans.Streams;

namespace Orleans.Configuration;

/// <summary>How the events of a stream provider are delivered.</summary>
public class StreamPullingAgentOptions
{
    /// <summary>How many batches of events go to a subscriber in one call: 1 by default. At least 1.</summary>
    public int BatchContainerBatchSize { get; set; } = 1;

    /// <summary>
    /// How long the delivery of an event is tried again before its subscriber is told of the failure and it is passed over: one
    /// minute by default. Zero means that it is tried once.
    /// </summary>
    public TimeSpan MaxEventDeliveryTime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>After how long delivered events, and streams without events, are forgotten: 30 minutes by default. Longer than zero.</summary>
    public TimeSpan StreamInactivityPeriod { get; set; } = TimeSpan.FromMinutes(30);
}

/// <summary>How the subscribers of a provider's streams are found.</summary>
public class StreamPubSubOptions
{
    /// <summary>Which subscriptions there are: those that were made and those of grain classes, by default.</summary>
    public StreamPubSubType PubSubType { get; set; } = StreamPubSubType.ExplicitGrainBasedAndImplicit;
}

/// <summary>How the streams of a provider are spread over queues.</summary>
public class HashRingStreamQueueMapperOptions
{
    /// <summary>How many queues there are: 8 by default. The same on every silo and client. At least 1.</summary>
    public int TotalQueueCount { get; set; } = 8;
}
