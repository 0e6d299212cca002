using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Serialization.Invocation;
using Orleans.Storage;
using Orleans.Utilities;

namespace Orleans.Shapes;

[GenerateSerializer]
public sealed class Profile
{
    [Id(0)]
    public string Name { get; set; } = "";

    [Id(1)]
    public int Visits { get; set; }

    [Id(2)]
    public Dictionary<ICounterGrain, int> Friends { get; } = [];
}

public interface ICounterGrain : IGrainWithStringKey
{
    Task<int> Add(int amount, CancellationToken ct = default);

    [ReadOnly]
    ValueTask<int> Get();
}

public interface IChatObserver : IGrainObserver
{
    Task Said(string who, string what);
}

public interface IRoomGrain : IGrainWithGuidKey
{
    Task Enter(IChatObserver observer);

    Task Say(string what);
}

/// <summary>A primary constructor with state and services.</summary>
[Reentrant, KeepAlive, GrainType("profile-counter")]
public sealed class CounterGrain(
    [PersistentState("profile", "users")] IPersistentState<Profile> profile, ILogger<CounterGrain> logger, IGrainFactory grains)
    : Grain, ICounterGrain
{
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (logger.IsEnabled(LogLevel.Debug)) logger.LogDebug("{Grain} is active", this.GetPrimaryKeyString());
        return base.OnActivateAsync(cancellationToken);
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => reason.ReasonCode switch
    {
        DeactivationReasonCode.ActivationIdle or DeactivationReasonCode.ShuttingDown => profile.WriteStateAsync(),
        _ => Task.CompletedTask,
    };

    public async Task<int> Add(int amount, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        profile.State.Visits += amount;
        try
        {
            await profile.WriteStateAsync();
        }
        catch (InconsistentStateException)
        {
            DeactivateOnIdle();
            throw;
        }

        return profile.State.Visits;
    }

    public async ValueTask<int> Get()
    {
        using (RequestContext.AllowCallChainReentrancy())
        {
            var other = grains.GetGrain<ICounterGrain>(profile.State.Name);
            return profile.RecordExists && profile.Etag is not null ? await other.Get() : profile.State.Visits;
        }
    }
}

/// <summary>A grain that derives from nothing.</summary>
[MayInterleave(nameof(Interleaves))]
public sealed class PlainCounter(IGrainContext context) : IGrainBase, ICounterGrain
{
    private int _count;

    public IGrainContext GrainContext => context;

    public static bool Interleaves(IInvokable request) => request.GetMethodName() == nameof(Get);

    public Task<int> Add(int amount, CancellationToken ct = default)
    {
        using var _ = RequestContext.AllowCallChainReentrancy();
        this.DeactivateOnIdle();
        return Task.FromResult(_count += amount);
    }

    public ValueTask<int> Get() => new(_count);
}

/// <summary>State by inheritance.</summary>
[StatelessWorker(4)]
public class StatefulGrain : Grain<Profile>, ICounterGrain
{
    public async Task<int> Add(int amount, CancellationToken ct = default)
    {
        State.Visits += amount;
        await WriteStateAsync();
        await ReadStateAsync();
        await ClearStateAsync();
        return State.Visits;
    }

    public ValueTask<int> Get() => ValueTask.FromResult(State.Visits);
}

/// <summary>Timers in all shapes, and observers.</summary>
public sealed class RoomGrain(ILogger<RoomGrain> logger, TimeProvider clock) : Grain, IRoomGrain
{
    private readonly ObserverManager<IChatObserver> _observers = new(TimeSpan.FromMinutes(5), logger);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var period = TimeSpan.FromSeconds(30);
        this.RegisterGrainTimer(Tick, new() { DueTime = period, Period = period, KeepAlive = true });
        this.RegisterGrainTimer(TickWithToken, new GrainTimerCreationOptions(period, period) { Interleave = true });
        this.RegisterGrainTimer(TickWithState, "state", new() { DueTime = period, Period = Timeout.InfiniteTimeSpan });
        var timer = this.RegisterGrainTimer(
            static async (state, ct) => await state.Room.Say(state.At.ToString("O", System.Globalization.CultureInfo.InvariantCulture)),
            (Room: this, At: clock.GetUtcNow()),
            new() { DueTime = period, Period = period });
        timer.Change(period, period);
        timer.Dispose();
        DelayDeactivation(TimeSpan.FromMinutes(1));
        return Task.CompletedTask;
    }

    public Task Enter(IChatObserver observer)
    {
        _observers.Subscribe(observer, observer);
        return Task.CompletedTask;
    }

    public async Task Say(string what)
    {
        var who = RequestContext.Get("user") as string ?? this.GetPrimaryKey().ToString();
        _observers.Notify(o => { _ = o.Said(who, what); });
        await _observers.Notify(async o => await o.Said(who, what), o => o is not null);
    }

    private Task Tick() => Task.CompletedTask;

    private Task TickWithToken(CancellationToken ct) => Task.CompletedTask;

    private Task TickWithState(string state, CancellationToken ct) => Task.CompletedTask;
}

/// <summary>Identity, casts and what callers catch.</summary>
public static class Callers
{
    public static async Task<string> Call(IGrainFactory grains, IClusterClient client)
    {
        var counter = grains.GetGrain<ICounterGrain>("alice");
        var same = client.GetGrain<ICounterGrain>(GrainId.Parse($"profile-counter/{counter.GetPrimaryKeyString()}"));
        var known = new Dictionary<ICounterGrain, int> { [counter] = 1, [same.Cast<ICounterGrain>()] = 2 };
        RequestContext.Set("user", "alice");
        try
        {
            return $"{await counter.Add(1)} {known.Count} {counter.GetGrainId().Key} {counter.AsReference<IAddressable>()}";
        }
        catch (SiloUnavailableException)
        {
            return "no silo";
        }
        catch (TimeoutException)
        {
            return "late";
        }
        catch (OrleansException)
        {
            return "failed";
        }
        finally
        {
            RequestContext.Clear();
        }
    }
}
