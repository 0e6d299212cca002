using Orleans.Concurrency;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>The enumerations that callers of one activation have begun. Its calls run beside any other.</summary>
internal interface IAsyncEnumerations : IGrainExtension
{
    /// <summary>
    /// The next elements, at most as many as told. Answers early with what is ready; when nothing is, waits as long as told, and
    /// the caller asks again.
    /// </summary>
    [AlwaysInterleave]
    ValueTask<EnumerationBatch<T>> Next<T>(Guid enumeration, int itemsMax, TimeSpan wait, CancellationToken cancellationToken);

    /// <summary>Ends an enumeration. Once more: nothing.</summary>
    [AlwaysInterleave]
    ValueTask End(Guid enumeration);
}

/// <summary>What an answer says of its enumeration.</summary>
[GenerateSerializer]
internal enum EnumerationStatus : byte
{
    /// <summary>There may be more.</summary>
    Going,

    /// <summary>These were the last elements.</summary>
    Completed,

    /// <summary>The activation does not have the enumeration, or has it no longer.</summary>
    Aborted,
}

/// <summary>Some elements of an enumeration. They are copies, so that nobody changes them under way.</summary>
[GenerateSerializer, Immutable]
internal readonly struct EnumerationBatch<T>(EnumerationStatus status, T[] items)
{
    [Id(0)]
    public readonly EnumerationStatus Status = status;

    [Id(1)]
    public readonly T[] Items = items;
}
