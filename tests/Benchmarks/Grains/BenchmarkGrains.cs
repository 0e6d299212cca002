namespace OrleansSocial.Benchmarks.Grains;

public interface IEchoGrain : IGrainWithIntegerKey
{
    Task Ping();

    ValueTask PingValue();

    Task<int> Add(int value);

    Task<SmallNote> Echo(SmallNote note);

    Task<BigNote> Echo(BigNote note);

    /// <summary>The silo that the grain lives on.</summary>
    Task<string> Where();

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

    public Task<BigNote> Echo(BigNote note) => Task.FromResult(note);

    public Task<string> Where() => Task.FromResult(RuntimeIdentity);

    public async Task Relay(IEchoGrain other, int calls)
    {
        for (var i = 0; i < calls; i++) await other.Ping();
    }
}
