using System.Diagnostics;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>What incoming filters see of a timer's tick: a call of this interface.</summary>
internal interface IGrainTimerInvoker : IAddressable
{
    /// <summary>Runs the timer's callback.</summary>
    Task InvokeCallbackAsync(CancellationToken cancellationToken);
}

/// <summary>
/// A grain timer. It is itself the request that its ticks are: posted to the activation when it falls due, admitted by the gate
/// like any call, and armed again only once the callback's task has completed, so ticks never overlap and never catch up.
/// </summary>
internal abstract class GrainTimer : TaskRequest, IGrainTimer, IActivationTimer
{
    private static readonly GrainMethod s_tick = TickMethod(InvokeOptions.OneWay);
    private static readonly GrainMethod s_interleavingTick = TickMethod(InvokeOptions.OneWay | InvokeOptions.AlwaysInterleave);

    private readonly Lock _lock = new();
    private readonly Activation _activation;
    private readonly CancellationTokenSource _ended = new();
    private readonly bool _interleave;
    private readonly bool _keepAlive;
    private ITimer? _timer;
    private TimeSpan _due;
    private TimeSpan _period;
    private bool _posted;
    private bool _changed;
    private bool _disposed;

    protected GrainTimer(Activation activation, bool interleave, bool keepAlive)
    {
        _activation = activation;
        _interleave = interleave;
        _keepAlive = keepAlive;
        Token = _ended.Token;
    }

    internal override bool IsLocal => true;

    protected override GrainMethod Method => _interleave ? s_interleavingTick : s_tick;

    protected CancellationToken Token { get; }

    protected bool IsDisposed => _disposed;

    /// <summary>A time that timers accept: infinite, or zero to 4294967294 milliseconds.</summary>
    public static TimeSpan Checked(TimeSpan time, string parameter)
    {
        var milliseconds = (long)time.TotalMilliseconds;
        return milliseconds is >= -1 and <= 4294967294
            ? time
            : throw new ArgumentOutOfRangeException(parameter, time, "A timer takes -1 ms for never, or 0 to 4294967294 ms.");
    }

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Checked(dueTime, nameof(dueTime));
        Checked(period, nameof(period));
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _due = dueTime;
            _period = period;
            // A tick that is queued or running arms the timer when it has ended.
            if (_posted) _changed = true;
            else _timer!.Change(dueTime, Timeout.InfiniteTimeSpan);
        }
    }

    internal void StartWith(TimeProvider time, TimeSpan due, TimeSpan period)
    {
        lock (_lock)
        {
            _period = period;
            _timer = time.CreateTimerWithoutFlow(static state => ((GrainTimer)state!).FallDue(), this, due, Timeout.InfiniteTimeSpan);
        }
    }

    internal override bool OnEnded()
    {
        lock (_lock)
        {
            _posted = false;
            if (!_disposed)
            {
                var due = _changed ? _due : _period;
                _changed = false;
                _timer!.Change(due, Timeout.InfiniteTimeSpan);
            }
        }

        return _keepAlive;
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!End()) return;
        _activation.Extras.RemoveTimer(this);
        try
        {
            _ended.Cancel();
        }
        catch (AggregateException exception)
        {
            EngineLog.OneWayFailed(_activation.Class.Engine.Log, exception, ToString());
        }

        _ended.Dispose();
    }

    private bool End()
    {
        lock (_lock)
        {
            if (_disposed) return false;
            _disposed = true;
            _timer?.Dispose();
            return true;
        }
    }

    private static GrainMethod TickMethod(InvokeOptions options) => new(
        typeof(IGrainTimerInvoker),
        typeof(IGrainTimerInvoker).FullName!,
        nameof(IGrainTimerInvoker.InvokeCallbackAsync),
        nameof(IGrainTimerInvoker.InvokeCallbackAsync),
        options,
        null,
        static () => typeof(IGrainTimerInvoker).GetMethod(nameof(IGrainTimerInvoker.InvokeCallbackAsync))!);

    private void FallDue()
    {
        lock (_lock)
        {
            if (_disposed || _posted) return;
            _posted = true;
            Debug.Assert(Next is null, "A tick is in no list before it is posted.");
            Reset(Reference ?? _activation.GrainReference, Method.Options);
            Queue = _activation;
        }

        _activation.Post(this);
    }
}

/// <inheritdoc/>
internal sealed class GrainTimer<TState>(
    Activation activation, Func<TState, CancellationToken, Task> callback, TState state, bool interleave, bool keepAlive)
    : GrainTimer(activation, interleave, keepAlive)
{
    protected override Task Call(object target) => IsDisposed ? Task.CompletedTask : callback(state, Token);
}
