using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>What a grain method that enumerates returns to its caller. Nothing is sent before the first element is asked for.</summary>
internal sealed class GrainEnumerable<T>(AsyncEnumerableRequest<T> request, GrainReference target, int batchSize = 100) : IAsyncEnumerable<T>
{
    public GrainEnumerable<T> WithBatchSize(int size) => new(request, target, size);

    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new GrainEnumerator<T>(request, target, batchSize, request.GetCancellationToken(), cancellationToken);
}

/// <summary>One enumeration, as its caller sees it.</summary>
internal sealed class GrainEnumerator<T> : IAsyncEnumerator<T>
{
    private readonly AsyncEnumerableRequest<T> _request;
    private readonly GrainReference _target;
    private readonly int _batchSize;
    private readonly TimeSpan _wait;
    private readonly CancellationTokenSource? _linked;
    private readonly CancellationToken _token;
    private IAsyncEnumerations? _enumerations;
    private Guid _id;
    private EnumerationBatch<T> _batch = new(EnumerationStatus.Going, []);
    private int _next;
    private bool _ended;

    public GrainEnumerator(
        AsyncEnumerableRequest<T> request, GrainReference target, int batchSize, CancellationToken argument, CancellationToken enumerator)
    {
        _request = request;
        _target = target;
        _batchSize = batchSize;
        _wait = target.Shared.Router.Clock.ResponseTimeout / 2;
        if (argument.CanBeCanceled && enumerator.CanBeCanceled && argument != enumerator)
        {
            _linked = CancellationTokenSource.CreateLinkedTokenSource(argument, enumerator);
            _token = _linked.Token;
        }
        else
        {
            _token = argument.CanBeCanceled ? argument : enumerator;
        }
    }

    public T Current { get; private set; } = default!;

    public ValueTask<bool> MoveNextAsync()
    {
        if (_next >= _batch.Items.Length) return MoveOnAsync();
        if (_token.IsCancellationRequested) return ValueTask.FromCanceled<bool>(_token);
        Current = _batch.Items[_next++];
        return new(true);
    }

    public async ValueTask DisposeAsync()
    {
        _linked?.Dispose();
        _batch = new(EnumerationStatus.Completed, []);
        if (_ended || _enumerations is not { } enumerations) return;
        _ended = true;
        try
        {
            await enumerations.End(_id);
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException)
        {
            // The grain is out of reach. Its side gives the enumeration up by itself, and the caller is done with it.
        }
    }

    private async ValueTask<bool> MoveOnAsync()
    {
        _token.ThrowIfCancellationRequested();
        if (_enumerations is null) await BeginAsync();
        while (_batch.Status == EnumerationStatus.Going)
        {
            try
            {
                _batch = await _enumerations!.Next<T>(_id, _batchSize, _wait, _token);
            }
            catch (Exception exception)
            {
                // The callee forgets an enumeration that failed. One that the caller gives up has to be ended still; one whose silo is
                // out of reach must not make another silo activate the grain only to hear that.
                _ended = exception is not (OperationCanceledException or TimeoutException);
                throw;
            }

            _next = 0;
            if (_batch.Items.Length == 0) continue;
            Current = _batch.Items[_next++];
            return true;
        }

        _ended = true;
        return _batch.Status == EnumerationStatus.Completed ? false
            : throw new EnumerationAbortedException($"{_target.GrainId} no longer has the enumeration of {_request.GetMethodName()}.");
    }

    private async Task BeginAsync()
    {
        var enumerations = _target.Cast<IAsyncEnumerations>();
        var begun = _request.SendStart(_target);
        try
        {
            _id = await begun.WaitAsync(_token);
            _enumerations = enumerations;
        }
        catch (OperationCanceledException) when (!begun.IsCompleted)
        {
            _ = EndLater(begun, enumerations);
            throw;
        }
    }

    // The caller gave up before it knew the id.
    private static async Task EndLater(Task<Guid> begun, IAsyncEnumerations enumerations)
    {
        try
        {
            await enumerations.End(await begun);
        }
        catch (Exception exception)
        {
            // It never began, or the grain is out of reach; either way there is nobody left to tell.
            _ = exception;
        }
    }
}
