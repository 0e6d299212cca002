namespace Orleans.Bundled;

/// <summary>Carries a caller's cancellation to the callee. It is posted to the callee's queue, so the callee's token is
/// cancelled on a turn of the callee.</summary>
#pragma warning disable CA1001 // The source has no timer and nobody takes its wait handle: there is nothing to dispose.
internal sealed class CallCancellation : WorkItem
#pragma warning restore CA1001
{
    private readonly Request _request;
    private readonly bool _waitForCallee;
    private readonly CancellationTokenSource _callee = new();
    private CancellationTokenRegistration _registration;
    private int _requested;

    public CallCancellation(Request request, bool waitForCallee, CancellationToken callerToken)
    {
        _request = request;
        _waitForCallee = waitForCallee;
        CallerToken = callerToken;
    }

    public CancellationToken CallerToken { get; }

    public CancellationToken CalleeToken => _callee.Token;

    public bool IsRequested => Volatile.Read(ref _requested) != 0;

    public void Register() =>
        _registration = CallerToken.UnsafeRegister(static state => ((CallCancellation)state!).CallerCancelled(), this);

    // Unregister does not wait for a callback that is running: it may be the callback that settles the call.
    public void Unregister() => _registration.Unregister();

    /// <summary>Asks the callee to stop, once.</summary>
    public void SignalCallee()
    {
        if (Interlocked.Exchange(ref _requested, 1) == 0) _request.Queue?.Post(this);
    }

    public bool CancelCallee()
    {
        try
        {
            _callee.Cancel();
        }
        catch (Exception exception)
        {
            // What a callback on the token throws concerns neither the caller nor the request that runs.
            _ = exception;
        }

        return true;
    }

    internal override void Run(IWorkQueue queue) => queue.Cancelled(_request);

    private void CallerCancelled()
    {
        if (!_waitForCallee) _request.SettleCancelled();
        SignalCallee();
    }
}
