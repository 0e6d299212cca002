using Orleans.Concurrency;

namespace Orleans.Conformance.Messaging;

[GenerateSerializer, Alias("Parcel")]
public sealed class Parcel
{
    [Id(0)]
    public string Label { get; set; } = "";

    [Id(1)]
    public List<int> Items { get; set; } = [];

    [Id(2)]
    public Parcel? Inner { get; set; }
}

[GenerateSerializer, Alias("ParcelLost")]
public sealed class ParcelLostException(string message, int number) : Exception(message)
{
    [Id(0)]
    public int Number { get; } = number;
}

public interface IPostGrain : IGrainWithStringKey
{
    Task Ping();

    Task<int> Add(int left, int right);

    ValueTask<string> Say(string text, CancellationToken cancellation = default);

    Task<Parcel> Echo(Parcel parcel);

    Task<(Parcel First, Parcel Second, bool Same)> Both(Parcel first, Parcel second);

    Task<string> Fail(string kind);

    Task<T> Same<T>(T value);

    Task<string?> Context(string key);

    [OneWay]
    Task Drop(string signal);

    Task WaitFor(string signal, CancellationToken cancellation = default);

    [ResponseTimeout("00:00:00.300")]
    Task WaitBriefly(string signal);

    Task Note(string log, string line);

    [AlwaysInterleave]
    Task Look();

    Task<string> Caller();

    Task<byte[]> Bytes(int count);

    Task<IPostGrain> Self();
}

public interface ICrateGrain<T> : IGrainWithStringKey
{
    Task<T> Swap(T value);

    Task<string> Names<TOther>(TOther other);

    Task<ICrateGrain<T>> Self();
}

public sealed class PostGrain : Grain, IPostGrain
{
    public Task Ping() => Task.CompletedTask;

    public Task<int> Add(int left, int right) => Task.FromResult(left + right);

    public ValueTask<string> Say(string text, CancellationToken cancellation = default) => new($"{this.GetPrimaryKeyString()}: {text}");

    public Task<Parcel> Echo(Parcel parcel) => Task.FromResult(parcel);

    public Task<(Parcel First, Parcel Second, bool Same)> Both(Parcel first, Parcel second) =>
        Task.FromResult((first, second, ReferenceEquals(first, second)));

    public Task<string> Fail(string kind) => kind switch
    {
        "own" => throw new ParcelLostException("It is lost.", 17),
        "framework" => throw new InvalidOperationException("It cannot be.", new ArgumentException("Within.")),
        "secret" => throw new Secrets.SecretException("Nobody knows me."),
        "cancelled" => Task.FromCanceled<string>(new CancellationToken(true)),
        _ => Task.FromException<string>(new AggregateException(new TimeoutException("first"), new FormatException("second"))),
    };

    public Task<T> Same<T>(T value) => Task.FromResult(value);

    public Task<string?> Context(string key) => Task.FromResult(RequestContext.Get(key)?.ToString());

    public Task Drop(string signal)
    {
        Signals.Set(signal);
        return Task.CompletedTask;
    }

    public async Task WaitFor(string signal, CancellationToken cancellation = default)
    {
        Signals.Set(signal + " started");
        try
        {
            await Signals.Wait(signal).WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            Signals.Set(signal + " cancelled");
            throw;
        }
    }

    public async Task WaitBriefly(string signal) => await Signals.Wait(signal);

    public Task Note(string log, string line)
    {
        Signals.Log(log, line);
        return Task.CompletedTask;
    }

    public Task Look() => Task.CompletedTask;

    public Task<string> Caller() => Task.FromResult(RequestContext.Get("source")?.ToString() ?? "");

    public Task<byte[]> Bytes(int count) => Task.FromResult(new byte[count]);

    public Task<IPostGrain> Self() => Task.FromResult<IPostGrain>(this);
}

public sealed class CrateGrain<T> : Grain, ICrateGrain<T>
{
    private T? _value;

    public Task<T> Swap(T value)
    {
        var before = _value;
        _value = value;
        return Task.FromResult(before!);
    }

    public Task<ICrateGrain<T>> Self() => Task.FromResult<ICrateGrain<T>>(this);

    public Task<string> Names<TOther>(TOther other) => Task.FromResult($"{typeof(T).Name} {typeof(TOther).Name} {other}");
}
