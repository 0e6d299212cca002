using Orleans.Concurrency;

namespace Orleans.Conformance.Activation;

/// <summary>A grain whose life a test watches through the log of its key.</summary>
public interface ILife : IGrainWithStringKey
{
    Task<int> Instance();

    Task EndWhenIdle();

    Task EndWhenIdleAndHold(string signal);

    Task Hold(string signal);

    [AlwaysInterleave]
    Task<int> Glance();

    Task Delay(TimeSpan time);

    Task Tick(TimeSpan period, bool keepAlive);

    Task Fail(Exception exception);

    Task FailBy(ILife other, Exception exception);

    Task<string?> ContextAtActivation();
}

public interface IPermanentLife : ILife;

public interface IShortLife : ILife;

public class Life(ILifeScript script) : Grain, ILife, IAsyncDisposable
{
    private static int s_instances;
    private readonly int _instance = Interlocked.Increment(ref s_instances);
    private string? _tenant;

    private string Key => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Signals.Log(Key, "activate");
        _tenant = RequestContext.Get("tenant") as string;
        await script.Activate(Key, this.DeactivateOnIdle, cancellationToken);
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Signals.Log(Key, $"deactivate {reason.ReasonCode}");
        await script.Deactivate(Key, cancellationToken);
    }

    public Task<int> Instance() => Task.FromResult(_instance);

    public Task EndWhenIdle()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task EndWhenIdleAndHold(string signal)
    {
        DeactivateOnIdle();
        Signals.Log(Key, "held");
        await Signals.Wait(signal);
        Signals.Log(Key, "let go");
    }

    public async Task Hold(string signal)
    {
        Signals.Log(Key, "held");
        await Signals.Wait(signal);
        Signals.Log(Key, "let go");
    }

    public Task<int> Glance() => Task.FromResult(_instance);

    public Task Delay(TimeSpan time)
    {
        DelayDeactivation(time);
        return Task.CompletedTask;
    }

    public Task Tick(TimeSpan period, bool keepAlive)
    {
        this.RegisterGrainTimer(
            static key =>
            {
                Signals.Log(key, "tick");
                return Task.CompletedTask;
            },
            Key,
            new() { DueTime = period, Period = period, KeepAlive = keepAlive });
        return Task.CompletedTask;
    }

    public Task Fail(Exception exception) => throw exception;

    public Task FailBy(ILife other, Exception exception)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.Fail(exception);
    }

    public Task<string?> ContextAtActivation() => Task.FromResult(_tenant);

    public async ValueTask DisposeAsync()
    {
        Signals.Log(Key, "dispose");
        await Task.Yield();
        GC.SuppressFinalize(this);
    }
}

[KeepAlive]
public sealed class PermanentLife(ILifeScript script) : Life(script), IPermanentLife;

[CollectionAgeLimit(Minutes = 2)]
public sealed class ShortLife(ILifeScript script) : Life(script), IShortLife;

/// <summary>What a test makes grains do when their lives begin and end.</summary>
public interface ILifeScript
{
    Task Activate(string key, Action deactivateOnIdle, CancellationToken token);

    Task Deactivate(string key, CancellationToken token);
}

public sealed class LifeScript : ILifeScript
{
    public Func<string, Action, CancellationToken, Task> OnActivate { get; set; } = static (_, _, _) => Task.CompletedTask;

    public Func<string, CancellationToken, Task> OnDeactivate { get; set; } = static (_, _) => Task.CompletedTask;

    public Task Activate(string key, Action deactivateOnIdle, CancellationToken token) => OnActivate(key, deactivateOnIdle, token);

    public Task Deactivate(string key, CancellationToken token) => OnDeactivate(key, token);
}

public interface IBroken : IGrainWithStringKey
{
    Task Nod();
}

public sealed class Broken : Grain, IBroken
{
    public Broken() => throw new ArgumentException("this grain cannot be made");

    public Task Nod() => Task.CompletedTask;
}
