using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>A place in a stream: a message, and an event in it.</summary>
[GenerateSerializer, Immutable, Alias("sys.StreamPosition")]
internal readonly record struct StreamPosition([property: Id(0)] long Sequence, [property: Id(1)] int Index);

/// <summary>Events that were sent together, as a queue holds them.</summary>
[GenerateSerializer, Immutable, Alias("sys.StreamMessage")]
internal sealed record StreamMessage([property: Id(0)] long Sequence, [property: Id(1)] byte[] Body, [property: Id(2)] DateTime At);

/// <summary>A subscription, and how far its events are delivered.</summary>
internal sealed class StreamCursor(StreamSubscription subscription, StreamPosition next)
{
    public StreamSubscription Subscription => subscription;

    /// <summary>The first event that is not delivered yet.</summary>
    public StreamPosition Next { get; set; } = next;

    /// <summary>Whether its deliveries are under way.</summary>
    public bool IsPumping { get; set; }

    public bool IsRemoved { get; set; }
}

/// <summary>One stream in its queue: its messages, oldest first, and its subscribers. Used on the turns of one grain.</summary>
/// <remarks>
/// Invariants:
/// 1. Messages are in the order of their numbers.
/// 2. The first <see cref="Released"/> of them are delivered to every subscriber; only they may be forgotten.
/// </remarks>
internal sealed class StreamState(StreamId id)
{
    private readonly List<StreamMessage> _messages = [];
    private int _head;

    public StreamId Id => id;

    public Dictionary<Guid, StreamCursor> Cursors { get; } = [];

    /// <summary>How far subscriptions were when another activation of the queue held the stream.</summary>
    public Dictionary<Guid, StreamPosition>? Inherited { get; set; }

    /// <summary>Whether all subscriptions are known. Until then nothing counts as delivered.</summary>
    public bool IsLoaded { get; set; }

    public bool IsLoading { get; set; }

    public DateTime UsedAt { get; set; }

    public int Count => _messages.Count - _head;

    /// <summary>How many messages every subscriber has.</summary>
    public int Released { get; private set; }

    /// <summary>How many messages some subscriber does not have yet.</summary>
    public int Waiting => Count - Released;

    public StreamMessage this[int index] => _messages[_head + index];

    public IEnumerable<StreamMessage> Unreleased => _messages.Skip(_head + Released);

    /// <summary>The index of the first message that is not before that number.</summary>
    public int IndexOf(long sequence)
    {
        var (low, high) = (_head, _messages.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_messages[middle].Sequence < sequence) low = middle + 1;
            else high = middle;
        }

        return low - _head;
    }

    public void Add(StreamMessage message)
    {
        var index = _head + IndexOf(message.Sequence);
        if (index == _messages.Count) _messages.Add(message);
        else if (_messages[index].Sequence != message.Sequence) _messages.Insert(index, message);
    }

    /// <summary>Forgets the oldest message, which is released.</summary>
    public void RemoveFirst()
    {
        _messages[_head++] = null!;
        Released--;
        if (_head < 64 || _head * 2 < _messages.Count) return;
        _messages.RemoveRange(0, _head);
        _head = 0;
    }

    /// <summary>Counts again what every subscriber has.</summary>
    public void Recount()
    {
        if (!IsLoaded)
        {
            Released = 0;
            return;
        }

        var first = long.MaxValue;
        foreach (var cursor in Cursors.Values) first = Math.Min(first, cursor.Next.Sequence);
        Released = IndexOf(first);
    }
}
