using System.Diagnostics.CodeAnalysis;
using Orleans.Bundled;

namespace Orleans.Runtime;

/// <summary>How a caller reads what a grain method enumerates.</summary>
[SuppressMessage("Naming", "CA1711", Justification = "The name is that of the programming model.")]
public static class AsyncEnumerableExtensions
{
    /// <summary>
    /// Sets how many elements travel in one answer at most: 100 unless told. Fewer travel when the next one is not ready at once.
    /// An enumerable that no grain method returned is given back as it is.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is less than one.</exception>
    public static IAsyncEnumerable<T> WithBatchSize<T>(this IAsyncEnumerable<T> self, int maxBatchSize)
    {
        ArgumentNullException.ThrowIfNull(self);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBatchSize, 1);
        return self is GrainEnumerable<T> enumerable ? enumerable.WithBatchSize(maxBatchSize) : self;
    }
}

/// <summary>
/// The grain no longer has the enumeration: its activation ended, or the caller did not ask for the next element for so long
/// that the enumeration was given up.
/// </summary>
[GenerateSerializer]
public sealed class EnumerationAbortedException : Exception
{
    /// <summary>Without details.</summary>
    public EnumerationAbortedException()
        : base("The grain no longer has the enumeration.")
    {
    }

    /// <summary>With a message.</summary>
    public EnumerationAbortedException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and its cause.</summary>
    public EnumerationAbortedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
