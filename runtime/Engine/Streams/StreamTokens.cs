using System.Diagnostics.CodeAnalysis;
using Orleans.Streams;

namespace Orleans.Streams
{
    /// <summary>The place of an event in its stream. Tokens of one stream are ordered.</summary>
#pragma warning disable CA1036 // The programming model compares tokens by Newer and Older.
    [GenerateSerializer, Alias("Orleans.Streams.StreamSequenceToken")]
    public abstract class StreamSequenceToken : IEquatable<StreamSequenceToken>, IComparable<StreamSequenceToken>
    {
        /// <summary>Grows with each batch that a producer sent.</summary>
        public abstract long SequenceNumber { get; protected set; }

        /// <summary>The place within its batch, from 0.</summary>
        public abstract int EventIndex { get; protected set; }

        /// <inheritdoc/>
        public abstract bool Equals([NotNullWhen(true)] StreamSequenceToken? other);

        /// <summary>Orders by sequence number, then by place in the batch; a missing token comes first.</summary>
        public abstract int CompareTo(StreamSequenceToken? other);

        /// <inheritdoc/>
        public override bool Equals(object? obj) => Equals(obj as StreamSequenceToken);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(SequenceNumber, EventIndex);
    }

#pragma warning restore CA1036

    /// <summary>Compares tokens.</summary>
    public static class StreamSequenceTokenUtilities
    {
        /// <summary>Whether this token comes after the other.</summary>
        public static bool Newer(this StreamSequenceToken me, StreamSequenceToken other)
        {
            ArgumentNullException.ThrowIfNull(me);
            return me.CompareTo(other) > 0;
        }

        /// <summary>Whether this token comes before the other.</summary>
        public static bool Older(this StreamSequenceToken me, StreamSequenceToken other)
        {
            ArgumentNullException.ThrowIfNull(me);
            return me.CompareTo(other) < 0;
        }
    }

    /// <summary>One event of a batch, with its place in the stream.</summary>
    [GenerateSerializer, Alias("Orleans.Streams.SequentialItem`1")]
    public sealed class SequentialItem<T>(T item, StreamSequenceToken token)
    {
        /// <summary>The event.</summary>
        [Id(0)]
        public T Item { get; private set; } = item;

        /// <summary>Its place.</summary>
        [Id(1)]
        public StreamSequenceToken Token { get; private set; } = token;
    }
}

namespace Orleans.Providers.Streams.Common
{
    /// <summary>A place that is a number and an index.</summary>
    [GenerateSerializer, Alias("Orleans.Providers.Streams.Common.EventSequenceTokenV2")]
    public class EventSequenceTokenV2 : StreamSequenceToken
    {
        /// <summary>The place of the first event of that batch.</summary>
        public EventSequenceTokenV2(long seqNumber)
            : this(seqNumber, 0)
        {
        }

        /// <summary>The place of one event of that batch.</summary>
        public EventSequenceTokenV2(long seqNumber, int eventInd)
        {
            SequenceNumber = seqNumber;
            EventIndex = eventInd;
        }

        /// <summary>For serialization.</summary>
        protected EventSequenceTokenV2()
        {
        }

        /// <inheritdoc/>
        [Id(0)]
        public sealed override long SequenceNumber { get; protected set; }

        /// <inheritdoc/>
        [Id(1)]
        public sealed override int EventIndex { get; protected set; }

        /// <inheritdoc/>
        public override bool Equals([NotNullWhen(true)] StreamSequenceToken? other) =>
            other is not null && other.SequenceNumber == SequenceNumber && other.EventIndex == EventIndex;

        /// <inheritdoc/>
        public override bool Equals(object? obj) => Equals(obj as StreamSequenceToken);

        /// <inheritdoc/>
        public override int GetHashCode() => base.GetHashCode();

        /// <inheritdoc/>
        public override int CompareTo(StreamSequenceToken? other) =>
            other is null ? 1
            : SequenceNumber.CompareTo(other.SequenceNumber) is var byNumber and not 0 ? byNumber
            : EventIndex.CompareTo(other.EventIndex);

        /// <summary>Number and index, for logs.</summary>
        public override string ToString() => $"[{SequenceNumber}:{EventIndex}]";
    }
}
