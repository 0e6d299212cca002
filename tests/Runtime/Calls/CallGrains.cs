using Orleans.Concurrency;

namespace Orleans.Conformance.Calls;

public interface IGreeter : IGrainWithStringKey
{
    Task<string> Greet(string name);

    ValueTask<string> GreetSoon(string name);

    ValueTask Nod();

    Task<string> GreetAs(string name, string greeting = "greets");

    Task<T> Return<T>(T value);

    Task Throw(Exception exception);

    Task<int> ThrowBeforeAwaiting();

    Task<int> ThrowAfterAwaiting(string message);

    Task Cancel();

    ValueTask<int> ThrowFromValueTask();

    Task<int> Hold(string signal);

    [ResponseTimeout("00:00:05")]
    Task HoldBriefly(string signal);

    [OneWay]
    Task Whisper(string log, string text, string? waitFor = null);

    [OneWay]
    Task WhisperAndThrow(string log);

    Task CallSelf(string log);

    Task<string[]> CatchOf(IGreeter other);
}

public interface IPoliteGreeter : IGreeter
{
    Task<string> Bow();
}

public sealed class Greeter : Grain, IPoliteGreeter
{
    public Task<string> Greet(string name) => Task.FromResult($"{this.GetPrimaryKeyString()} greets {name}");

    public async ValueTask<string> GreetSoon(string name)
    {
        await Task.Yield();
        return await Greet(name);
    }

    public ValueTask Nod() => default;

    public Task<string> GreetAs(string name, string greeting) => Task.FromResult($"{this.GetPrimaryKeyString()} {greeting} {name}");

    public Task<string> Bow() => Task.FromResult($"{this.GetPrimaryKeyString()} bows");

    public Task<T> Return<T>(T value) => Task.FromResult(value);

    public Task Throw(Exception exception) => throw exception;

    public Task<int> ThrowBeforeAwaiting() => throw new ArgumentException("before");

    public async Task<int> ThrowAfterAwaiting(string message)
    {
        await Task.Yield();
        throw new GreetingException(message);
    }

    public async Task Cancel()
    {
        await Task.Yield();
        throw new OperationCanceledException("the greeter gave up");
    }

    public async ValueTask<int> ThrowFromValueTask()
    {
        await Task.Yield();
        throw new GreetingException("value");
    }

    public async Task<int> Hold(string signal)
    {
        Signals.Log(signal, "started");
        await Signals.Wait(signal);
        Signals.Log(signal, "ended");
        return 7;
    }

    public Task HoldBriefly(string signal) => Hold(signal);

    public async Task Whisper(string log, string text, string? waitFor)
    {
        if (waitFor is not null) await Signals.Wait(waitFor);
        Signals.Log(log, text);
    }

    public Task WhisperAndThrow(string log)
    {
        Signals.Log(log, "heard");
        throw new GreetingException("nobody hears this");
    }

    public Task CallSelf(string log)
    {
        var call = this.AsReference<IGreeter>().Nod().AsTask();
        Signals.Log(log, "called");
        return call;
    }

    public async Task<string[]> CatchOf(IGreeter other)
    {
        try
        {
            await other.ThrowAfterAwaiting("inner");
            return [];
        }
        catch (GreetingException exception)
        {
            return [exception.Message, exception.StackTrace!.Contains(nameof(ThrowAfterAwaiting), StringComparison.Ordinal).ToString()];
        }
    }
}

public sealed class GreetingException : Exception
{
    public GreetingException()
    {
    }

    public GreetingException(string message)
        : base(message)
    {
    }

    public GreetingException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
