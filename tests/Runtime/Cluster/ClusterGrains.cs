namespace Orleans.Conformance.Cluster;

public interface IPlacedGrain : IGrainWithIntegerKey
{
    /// <summary>The silo that the grain lives on.</summary>
    Task<string> Where();

    /// <summary>Adds to a stored number and returns it.</summary>
    Task<int> Add(int value);

    /// <summary>Waits until a signal, then says where it ran.</summary>
    Task<string> Hold(string signal);

    /// <summary>Waits until it is cancelled, and says so under the signal's name.</summary>
    Task HoldUntilCancelled(string signal, CancellationToken cancellation = default);

    Task<string> AskOther(long other);

    Task Tell(IListener listener, string text);

    Task Fail(string text);
}

public interface IListener : IGrainObserver
{
    Task Hear(string text);
}

public sealed class ListenerOfTest : IListener
{
    public TaskCompletionSource<string> Heard { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Hear(string text)
    {
        Heard.TrySetResult(text);
        return Task.CompletedTask;
    }
}

[GenerateSerializer]
public sealed class PlacedState
{
    [Id(0)]
    public int Sum { get; set; }
}

/// <summary>Says of itself where it lives, and notes activations of it that live at the same time.</summary>
public sealed class PlacedGrain([PersistentState("placed")] IPersistentState<PlacedState> state) : Grain, IPlacedGrain
{
    public Task<string> Where() => Task.FromResult(RuntimeIdentity);

    public async Task<int> Add(int value)
    {
        state.State.Sum += value;
        await state.WriteStateAsync();
        return state.State.Sum;
    }

    public async Task<string> Hold(string signal)
    {
        Signals.Log(signal, "held");
        await Signals.Wait(signal);
        return RuntimeIdentity;
    }

    public async Task HoldUntilCancelled(string signal, CancellationToken cancellation = default)
    {
        Signals.Log(signal, "held");
        var cancelled = new TaskCompletionSource();
        await using var registration = cancellation.Register(cancelled.SetResult);
        await cancelled.Task;
        Signals.Log(signal, "cancelled");
        cancellation.ThrowIfCancellationRequested();
    }

    public Task<string> AskOther(long other) => GrainFactory.GetGrain<IPlacedGrain>(other).Where();

    public Task Tell(IListener listener, string text) => listener.Hear(text);

    public Task Fail(string text) => throw new InvalidOperationException(text);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Living.Begin(this.GetPrimaryKeyLong());
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Living.End(this.GetPrimaryKeyLong());
        return Task.CompletedTask;
    }
}

/// <summary>The activations of placed grains in this process, which holds all silos of a test.</summary>
public static class Living
{
    private static readonly Dictionary<long, int> s_alive = [];
    private static readonly HashSet<long> s_twice = [];

    public static void Begin(long key)
    {
        lock (s_alive)
        {
            if ((s_alive[key] = s_alive.GetValueOrDefault(key) + 1) > 1) s_twice.Add(key);
        }
    }

    public static void End(long key)
    {
        lock (s_alive) s_alive[key]--;
    }

    /// <summary>Those of these grains that ever lived twice at the same time.</summary>
    public static long[] Twice(long first, int count)
    {
        lock (s_alive) return [.. s_twice.Where(key => key >= first && key < first + count)];
    }
}
