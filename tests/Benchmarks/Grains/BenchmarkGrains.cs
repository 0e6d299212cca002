using Orleans.Placement;

namespace OrleansSocial.Benchmarks.Grains;

/// <summary>What the kinds of grains have in common that differ by where they are placed.</summary>
public interface IPlacedGrain : IGrainWithIntegerKey
{
    Task Ping();
}

public interface IEchoGrain : IPlacedGrain
{
    ValueTask PingValue();

    Task<int> Add(int value);

    Task<SmallNote> Echo(SmallNote note);

    Task<SharedNote> Echo(SharedNote note);

    Task<BigNote> Echo(BigNote note);

    /// <summary>Calls another grain that often, one call after the other.</summary>
    Task Relay(IEchoGrain other, int calls);
}

/// <summary>A record that is copied both ways: nothing promises that it is not changed.</summary>
[GenerateSerializer]
public sealed class SmallNote
{
    [Id(0)]
    public int Number { get; set; }

    [Id(1)]
    public string Text { get; set; } = "";

    [Id(2)]
    public DateTimeOffset At { get; set; }
}

/// <summary>A record that crosses as it is, as those of the product do.</summary>
[GenerateSerializer, Immutable]
public sealed record SharedNote([property: Id(0)] int Number, [property: Id(1)] string Text, [property: Id(2)] DateTimeOffset At);

/// <summary>About a kilobyte, most of it in an array.</summary>
[GenerateSerializer]
public sealed class BigNote
{
    [Id(0)]
    public string Author { get; set; } = "";

    [Id(1)]
    public byte[] Body { get; set; } = [];

    [Id(2)]
    public List<string> Tags { get; set; } = [];
}

public sealed class EchoGrain : Grain, IEchoGrain
{
    private int _sum;

    public Task Ping() => Task.CompletedTask;

    public ValueTask PingValue() => default;

    public Task<int> Add(int value)
    {
        _sum += value;
        return Task.FromResult(_sum);
    }

    public Task<SmallNote> Echo(SmallNote note) => Task.FromResult(note);

    public Task<SharedNote> Echo(SharedNote note) => Task.FromResult(note);

    public Task<BigNote> Echo(BigNote note) => Task.FromResult(note);

    public async Task Relay(IEchoGrain other, int calls)
    {
        for (var i = 0; i < calls; i++) await other.Ping();
    }
}

/// <summary>Placed on any silo.</summary>
public interface IFarGrain : IPlacedGrain
{
    /// <summary>The silo that the grain lives on.</summary>
    Task<string> Where();

    Task<BigNote> Echo(BigNote note);
}

[RandomPlacement]
public sealed class FarGrain : Grain, IFarGrain
{
    public Task Ping() => Task.CompletedTask;

    public Task<string> Where() => Task.FromResult(RuntimeIdentity);

    public Task<BigNote> Echo(BigNote note) => Task.FromResult(note);
}

/// <summary>Placed where it is called first.</summary>
public interface INearGrain : IPlacedGrain;

[PreferLocalPlacement]
public sealed class NearGrain : Grain, INearGrain
{
    public Task Ping() => Task.CompletedTask;
}
