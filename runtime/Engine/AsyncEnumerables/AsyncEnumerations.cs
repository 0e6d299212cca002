using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>Keeps the enumerations of one activation, and gives up those whose callers do not come back.</summary>
internal sealed class AsyncEnumerations : IAsyncEnumerations, IActivationTimer
{
    /// <summary>How many looks in a row must find an enumeration unused before it is given up.</summary>
    private const int LooksMax = 2;

    private static readonly TimeSpan s_periodMax = TimeSpan.FromMinutes(1);

    private readonly Dictionary<Guid, Enumeration> _enumerations = [];
    private readonly Activation _activation;
    private readonly TimeSpan _period;
    private ITimer? _looks;
    private bool _disposed;

    public AsyncEnumerations(IGrainContext context)
    {
        _activation = (Activation)context;
        var timeout = Engine.Clock.ResponseTimeout;
        _period = timeout > TimeSpan.Zero && timeout < s_periodMax ? timeout : s_periodMax;
        _activation.Extras.AddTimer(this);
    }

    private GrainEngine Engine => _activation.Class.Engine;

    /// <summary>Calls a method that enumerates and keeps what it returns. On the activation's turn.</summary>
    public Guid Begin<T>(Func<CancellationToken, IAsyncEnumerable<T>> call, Func<T, T> copy)
    {
        var enumeration = new Enumeration<T>(call, copy);
        var id = Guid.NewGuid();
        _enumerations.Add(id, enumeration);
        if (_activation.Class.Workers is { } workers) workers.Enumerations[id] = this;
        _activation.Extras.IsEnumerated = true;
        _looks ??= Engine.Clock.Time.CreateTimerWithoutFlow(static state => ((AsyncEnumerations)state!).PostLook(), this, _period, _period);
        return id;
    }

    public async ValueTask<EnumerationBatch<T>> Next<T>(Guid enumeration, int itemsMax, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (Elsewhere(enumeration) is { } other)
            return await other.OnItsTurn(() => other.Next<T>(enumeration, itemsMax, wait, cancellationToken).AsTask());
        if (!_enumerations.TryGetValue(enumeration, out var found) || found is not Enumeration<T> known || known.IsAsked)
            return new EnumerationBatch<T>(EnumerationStatus.Aborted, []);

        // An activation that is asked to end does not wait for elements to come.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _activation.Extras.EndRequested);
        var bounded = wait > TimeSpan.Zero && wait < s_periodMax ? wait : s_periodMax;
        try
        {
            var batch = await known.Next(Math.Max(1, itemsMax), bounded, Engine.Clock.Time, stop.Token);
            if (batch.Status == EnumerationStatus.Completed) await Remove(enumeration);
            return batch;
        }
        catch
        {
            await Remove(enumeration);
            throw;
        }
    }

    public async ValueTask End(Guid enumeration)
    {
        if (Elsewhere(enumeration) is { } other) await other.OnItsTurn(async () =>
        {
            await other.Remove(enumeration);
            return true;
        });
        else await Remove(enumeration);
    }

    /// <summary>The activation ends: so do all of its enumerations.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        foreach (var id in _enumerations.Keys.ToList()) _ = RemoveUnattended(id);
        _looks?.Dispose();
    }

    // A call on a stateless worker goes to any of them, and only the one that began the enumeration can go on with it.
    private AsyncEnumerations? Elsewhere(Guid id) =>
        _activation.Class.Workers is { } workers && workers.Enumerations.TryGetValue(id, out var owner) && owner != this ? owner : null;

    private Task<TResult> OnItsTurn<TResult>(Func<Task<TResult>> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _activation).Unwrap();

    private async ValueTask Remove(Guid id)
    {
        if (!_enumerations.Remove(id, out var enumeration)) return;
        _activation.Class.Workers?.Enumerations.TryRemove(id, out _);
        if (_enumerations.Count == 0)
        {
            _activation.Extras.IsEnumerated = false;
            _looks?.Dispose();
            _looks = null;
        }

        await enumeration.End();
    }

    private async Task RemoveUnattended(Guid id)
    {
        try
        {
            await Remove(id);
        }
        catch (Exception exception)
        {
            EngineLog.EnumerationFailed(Engine.Log, exception, _activation.GrainId);
        }
    }

    private void PostLook() => _activation.Post(new ActionItem(_ => Look()));

    private void Look()
    {
        foreach (var (id, enumeration) in _enumerations.ToList())
            if (!enumeration.IsAsked && ++enumeration.Looks > LooksMax) _ = RemoveUnattended(id);
    }
}

/// <summary>One enumeration on the side of the grain.</summary>
internal abstract class Enumeration
{
    /// <summary>How many looks found it unused since it was last asked.</summary>
    public int Looks { get; set; }

    /// <summary>Whether a caller waits for elements.</summary>
    public bool IsAsked { get; protected set; }

    /// <summary>Cancels what runs and disposes of the enumerator: now, or once its pending step has ended.</summary>
    public abstract ValueTask End();
}

/// <inheritdoc/>
#pragma warning disable CA1001 // Nobody takes the source's wait handle and it has no timer: there is nothing to dispose.
internal sealed class Enumeration<T> : Enumeration
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _ended = new();
    private readonly IAsyncEnumerator<T> _enumerator;
    private readonly Func<T, T> _copy;
    private Task<bool>? _step;

    public Enumeration(Func<CancellationToken, IAsyncEnumerable<T>> call, Func<T, T> copy)
    {
        _copy = copy;
        _enumerator = call(_ended.Token).GetAsyncEnumerator(_ended.Token);
    }

    /// <summary>What is ready, at most as many elements as told; nothing when none came within the wait.</summary>
    public async Task<EnumerationBatch<T>> Next(int itemsMax, TimeSpan wait, TimeProvider time, CancellationToken stop)
    {
        Looks = 0;
        IsAsked = true;
        try
        {
            var items = new List<T>();
            while (items.Count < itemsMax && !_ended.IsCancellationRequested)
            {
                var step = _step ?? Step();
                if (step.IsFaulted || step.IsCanceled)
                {
                    // The caller gets the elements before it gets the failure.
                    _step = step;
                    if (items.Count > 0) break;
                    await step;
                }

                if (!step.IsCompleted)
                {
                    _step = step;
                    if (items.Count > 0) break;
                    await ((Task)step).WaitAsync(wait, time, stop)
                        .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                    if (!step.IsCompleted) break;
                    continue;
                }

                _step = null;
                if (!await step) return new(EnumerationStatus.Completed, [.. items]);
                items.Add(_copy(_enumerator.Current));
            }

            return new(_ended.IsCancellationRequested ? EnumerationStatus.Aborted : EnumerationStatus.Going, [.. items]);
        }
        finally
        {
            Looks = 0;
            IsAsked = false;
        }
    }

    public override ValueTask End()
    {
        try
        {
            _ended.Cancel();
        }
        catch (AggregateException exception)
        {
            // What a callback on the token throws is no reason to keep the enumerator.
            _ = exception;
        }

        // A failure that nobody asks for any more is none.
        _ = _step is { IsFaulted: true } ? _step.Exception : null;
        if (_step is not { IsCompleted: false } step) return _enumerator.DisposeAsync();

        // An enumerator must not be disposed of while it makes a step, and the step may take its time.
        EndAfter(step).Ignore();
        return default;
    }

    private Task<bool> Step() => _enumerator.MoveNextAsync().AsTask();

    private async Task EndAfter(Task step)
    {
        await step.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await _enumerator.DisposeAsync();
    }
}
