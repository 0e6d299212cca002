using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Orleans.Conformance.AsyncEnumerables;

public interface ITicker : IGrainWithStringKey
{
    IAsyncEnumerable<int> Count(int to, CancellationToken cancellationToken = default);

    IAsyncEnumerable<string> Tail(CancellationToken cancellationToken = default);

    IAsyncEnumerable<int> CountAndFail(int to, string message);

    IAsyncEnumerable<int> FailAtOnce();

    IAsyncEnumerable<List<int>> Growing(int to);

    IAsyncEnumerable<int> Each(List<int> numbers);

    IAsyncEnumerable<T> Echo<T>(T[] values);

    Task Push(string line);

    Task Hold(string signal);

    Task End();

    Task<int> SumOf(ITicker other, int to);
}

public interface ITickingWorker : IGrainWithStringKey
{
    IAsyncEnumerable<string> Turns(int count, string signal);

    Task Hold(string signal);
}

[GenerateSerializer]
public sealed class TickerException(string message, int code) : Exception(message)
{
    [Id(0)]
    public int Code { get; } = code;
}

/// <summary>Logs under its key when an enumeration starts and ends, and every element that it makes.</summary>
public sealed class Ticker : Grain, ITicker
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    private string Key => this.GetPrimaryKeyString();

    public async IAsyncEnumerable<int> Count(int to, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Signals.Log(Key, "start");
        try
        {
            for (var i = 1; i <= to; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Signals.Log(Key, $"make {i}");
                yield return i;
                if (i % 10 == 0) await Task.Yield();
            }
        }
        finally
        {
            Signals.Log(Key, "end");
        }
    }

    public async IAsyncEnumerable<string> Tail([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Signals.Log(Key, "start");
        try
        {
            await foreach (var line in _lines.Reader.ReadAllAsync(cancellationToken)) yield return line;
        }
        finally
        {
            Signals.Log(Key, "end");
        }
    }

    public async IAsyncEnumerable<int> CountAndFail(int to, string message)
    {
        for (var i = 1; i <= to; i++) yield return i;
        await Task.Yield();
        throw new TickerException(message, 42);
    }

    public IAsyncEnumerable<int> FailAtOnce() => throw new TickerException("before anything", 7);

    public async IAsyncEnumerable<List<int>> Growing(int to)
    {
        var list = new List<int>();
        for (var i = 1; i <= to; i++)
        {
            list.Add(i);
            yield return list;
            await Task.Yield();
        }
    }

    public async IAsyncEnumerable<int> Each(List<int> numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        while (numbers.Count > 0)
        {
            var first = numbers[0];
            numbers.RemoveAt(0);
            yield return first;
            await Task.Yield();
        }
    }

    public async IAsyncEnumerable<T> Echo<T>(T[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        foreach (var value in values)
        {
            await Task.Yield();
            yield return value;
        }
    }

    public Task Push(string line) => _lines.Writer.WriteAsync(line).AsTask();

    public async Task Hold(string signal)
    {
        Signals.Set(signal + " held");
        await Signals.Wait(signal);
    }

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task<int> SumOf(ITicker other, int to)
    {
        ArgumentNullException.ThrowIfNull(other);
        var mine = TaskScheduler.Current;
        var sum = 0;
        await foreach (var number in other.Count(to).WithBatchSize(3))
        {
            Assert.Same(mine, TaskScheduler.Current);
            sum += number;
        }

        return sum;
    }
}

[Orleans.Concurrency.StatelessWorker(4)]
public sealed class TickingWorker : Grain, ITickingWorker
{
    private readonly string _name = Signals.NewName();

    public async IAsyncEnumerable<string> Turns(int count, string signal)
    {
        var mine = TaskScheduler.Current;
        for (var i = 0; i < count; i++)
        {
            yield return _name;
            if (i == 0) await Signals.Wait(signal);
            Assert.Same(mine, TaskScheduler.Current);
        }
    }

    public async Task Hold(string signal)
    {
        Signals.Set(signal + " held");
        await Signals.Wait(signal);
    }
}
