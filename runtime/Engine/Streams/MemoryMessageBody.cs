using Orleans.Serialization;

namespace Orleans.Providers;

/// <summary>Events that were sent together, and the request context that they were sent in.</summary>
[GenerateSerializer, Alias("Orleans.Providers.MemoryMessageBody")]
public sealed class MemoryMessageBody
{
    /// <summary>These events.</summary>
    public MemoryMessageBody(IEnumerable<object> events, Dictionary<string, object>? requestContext)
    {
        ArgumentNullException.ThrowIfNull(events);
        Events = [.. events];
        RequestContext = requestContext;
    }

    /// <summary>The events, in order.</summary>
    [Id(0)]
    public List<object> Events { get; }

    /// <summary>The request context of the producer; null for none.</summary>
    [Id(1)]
    public Dictionary<string, object>? RequestContext { get; }
}

/// <summary>Turns events into what a queue holds, and back. It has a constructor whose parameters are services.</summary>
public interface IMemoryMessageBodySerializer
{
    /// <summary>The bytes of a message.</summary>
    ArraySegment<byte> Serialize(MemoryMessageBody body);

    /// <summary>The message of bytes that <see cref="Serialize"/> made.</summary>
    MemoryMessageBody Deserialize(ArraySegment<byte> bodyBytes);
}

/// <summary>Holds events in the form in which calls carry values.</summary>
public sealed class DefaultMemoryMessageBodySerializer(Serializer<MemoryMessageBody> serializer) : IMemoryMessageBodySerializer
{
    /// <inheritdoc/>
    public ArraySegment<byte> Serialize(MemoryMessageBody body) => new(serializer.SerializeToArray(body));

    /// <inheritdoc/>
    public MemoryMessageBody Deserialize(ArraySegment<byte> bodyBytes) => serializer.Deserialize(bodyBytes.AsSpan());
}
