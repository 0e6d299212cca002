using Orleans.Concurrency;

namespace Orleans.Shapes;

/// <summary>All legal return kinds, defaults, generics, tokens and attributes.</summary>
public interface ILibraryGrain : IGrainWithStringKey
{
    Task Touch();

    Task<int> Count(List<string>? filter, int most = 10, CancellationToken ct = default);

    ValueTask Close(CancellationToken ct, string reason = "closing");

    ValueTask<Book?> Find(string isbn, params string[] editions);

    void Shelve([Immutable] byte[] scan);

    Task<T> Echo<T>(T value);

    Task<Dictionary<TKey, List<TValue>>> Group<TKey, TValue>(IEnumerable<TValue> values, TKey key)
        where TKey : notnull
        where TValue : class;

    [ReadOnly]
    Task<string> Title();

    [OneWay]
    Task Warm();

    [AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task<(int Books, string? Newest)> Peek();

    [Alias("count-all"), Id(7)]
    Task<long> CountAll(Book[] books, IReadOnlyList<Book> others, Guid? tag);

    [return: Immutable]
    Task<byte[]> Scan();

    Task<string> Describe() => Task.FromResult("a library");
}

public interface IBranchGrain : ILibraryGrain, IGenericGrain<int>
{
    Task Merge(IBranchGrain other, IGrainFactory? unused = null);
}

public interface IGenericGrain<T> : IGrainWithGuidKey
{
    Task<T?> Get();

    Task Set(T value, List<T> history);
}

[Alias("pair-grain")]
internal interface IPairGrain<TKey, TValue> : IGrainWithIntegerKey
    where TKey : notnull, IComparable<TKey>
    where TValue : class, new()
{
    Task<TValue> Swap(TKey key, TValue value, CancellationToken ct = default);
}

public interface IReader : IGrainObserver
{
    void Arrived(Book book);

    [OneWay]
    Task ArrivedAsync(Book book);
}

public interface ILibraryDesk : IGrainWithIntegerCompoundKey
{
    Task Subscribe(IReader reader);

    Task<IReadOnlyCollection<ILibraryDesk>> Neighbours(Dictionary<ILibraryDesk, int> known);

    Task Event(@event @class, int @int);
}

/// <summary>A type whose name is a keyword.</summary>
[GenerateSerializer]
public sealed class @event
{
    [Id(0)]
    public string? @default { get; set; }
}

public static class Outer
{
    public interface INestedGrain : IGrainWithGuidCompoundKey
    {
        Task<Nested<int>.Leaf> Get(Nested<string>.Leaf leaf);
    }

    public static class Nested<T>
    {
        [GenerateSerializer]
        public sealed record Leaf([property: Id(0)] T Value);
    }
}
