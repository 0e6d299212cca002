using Orleans.Concurrency;

namespace Orleans.Conformance.Copying;

[GenerateSerializer]
public sealed record Parcel([property: Id(0)] string Label, [property: Id(1)] List<string> Content);

[GenerateSerializer]
public sealed class Link
{
    [Id(0)]
    public string Name { get; set; } = "";

    [Id(1)]
    public Link? Next { get; set; }
}

[GenerateSerializer, Immutable]
public sealed record Stamp([property: Id(0)] List<string> Marks);

[GenerateSerializer]
public sealed record Address([property: Id(0)] IDepotGrain Depot, [property: Id(1)] Dictionary<IDepotGrain, int> Distances);

public sealed class Unlisted
{
    public int Value { get; set; }
}

[GenerateSerializer]
public sealed class LostException : Exception
{
    public LostException()
    {
    }

    public LostException(string message)
        : base(message)
    {
    }

    public LostException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

public interface IDepotWatcher : IGrainObserver
{
    Task Arrived(Parcel parcel);
}

/// <summary>Keeps what it is given, and hands out what it keeps.</summary>
public interface IDepotGrain : IGrainWithStringKey
{
    Task Keep(Parcel parcel);

    Task<List<string>> KeptContent();

    Task<Parcel> HandOut();

    Task Deface(Parcel parcel);

    Task<bool> AreOne(Parcel first, object second);

    Task<bool> IsRing(Link link);

    Task<Link> Ring();

    Task<Stamp> Return(Stamp stamp);

    Task<object> ReturnAny(object value);

    Task<int> Sum(IReadOnlyList<int> numbers);

    Task<bool> IsSame([Immutable] byte[] bytes, Immutable<List<int>> list);

    Task<T> Echo<T>(T value);

    Task<object> HandOutUnlisted();

    Task<IDepotGrain> Me();

    Task<string> Introduce(IDepotGrain to);

    Task<string> Remember(IDepotGrain who);

    Task<string> AskFarthest(Address address);

    Task Watch(IDepotWatcher watcher);

    Task Lose();
}

public sealed class DepotGrain : Grain, IDepotGrain
{
    // Both sides of a call live in this process, so a test can compare what they hold.
    public static object? LastSeen { get; set; }

    public static Exception? LastThrown { get; set; }

    private Parcel? _kept;

    public Task Keep(Parcel parcel)
    {
        _kept = parcel;
        return Task.CompletedTask;
    }

    public Task<List<string>> KeptContent() => Task.FromResult(_kept!.Content);

    public Task<Parcel> HandOut() => Task.FromResult(_kept!);

    public Task Deface(Parcel parcel)
    {
        parcel.Content.Add("defaced");
        return Task.CompletedTask;
    }

    public Task<bool> AreOne(Parcel first, object second) => Task.FromResult(ReferenceEquals(first, second));

    public Task<bool> IsRing(Link link) => Task.FromResult(ReferenceEquals(link, link.Next!.Next));

    public Task<Link> Ring()
    {
        var link = new Link { Name = "one", Next = new Link { Name = "two" } };
        link.Next.Next = link;
        return Task.FromResult(link);
    }

    public Task<Stamp> Return(Stamp stamp) => Task.FromResult(stamp);

    public Task<object> ReturnAny(object value) => Task.FromResult(value);

    public Task<int> Sum(IReadOnlyList<int> numbers) => Task.FromResult(numbers.Sum());

    public Task<bool> IsSame(byte[] bytes, Immutable<List<int>> list) =>
        Task.FromResult(LastSeen is (byte[] sentBytes, List<int> sentList) && ReferenceEquals(bytes, sentBytes) && ReferenceEquals(list.Value, sentList));

    public Task<T> Echo<T>(T value) => Task.FromResult(value);

    public Task<object> HandOutUnlisted() => Task.FromResult<object>(new Unlisted());

    public Task<IDepotGrain> Me() => Task.FromResult<IDepotGrain>(this);

    public Task<string> Introduce(IDepotGrain to) => to.Remember(this);

    public Task<string> Remember(IDepotGrain who) => Task.FromResult($"{this.GetPrimaryKeyString()} met {who.GetPrimaryKeyString()}");

    public Task<string> AskFarthest(Address address) =>
        address.Distances.MaxBy(pair => pair.Value).Key.Remember(address.Depot);

    public Task Watch(IDepotWatcher watcher) => watcher.Arrived(new Parcel("new", []));

    public Task Lose()
    {
        LastThrown = new LostException("gone");
        throw LastThrown;
    }
}
