namespace Orleans.Bundled;

/// <summary>Where the protocol of the cluster runs: one piece of work at a time, and time to wait for.</summary>
internal interface IAgentThread : IDisposable
{
    /// <summary>Runs work one piece at a time, in the order of its arrival.</summary>
    TaskScheduler Scheduler { get; }

    /// <summary>Completes after a time, on the scheduler; or when the wait is cancelled, without failing.</summary>
    Task Delay(TimeSpan due, CancellationToken cancellation);
}

/// <summary>
/// A thread of its own, so that neither a full thread pool nor long turns of grains keep a silo from renewing its lease. With the
/// clock of the system it waits by itself; another clock wakes it.
/// </summary>
internal sealed class AgentThread : TaskScheduler, IAgentThread
{
    private readonly Lock _creating = new();
    private readonly object _signal = new();
    private readonly Queue<Task> _work = [];
    private readonly PriorityQueue<TaskCompletionSource, long> _timers = new();
    private readonly TimeProvider _clock;
    private readonly string _name;
    private Thread? _thread;
    private bool _ended;

    public AgentThread(string name, TimeProvider clock)
    {
        _name = name;
        _clock = clock;
    }

    public override int MaximumConcurrencyLevel => 1;

    TaskScheduler IAgentThread.Scheduler => this;

    /// <inheritdoc/>
    public Task Delay(TimeSpan due, CancellationToken cancellation)
    {
        // What waits for it is work of this thread, which is queued and never runs within. Were it to continue asynchronously, a wait
        // for one of several things would go through the thread pool.
        var reached = new TaskCompletionSource();
        if (_clock == TimeProvider.System)
        {
            lock (_signal)
            {
                _timers.Enqueue(reached, _clock.GetTimestamp() + (long)(due.TotalSeconds * _clock.TimestampFrequency));
                Monitor.Pulse(_signal);
            }
        }
        else
        {
            var timer = _clock.CreateTimer(static state => ((TaskCompletionSource)state!).TrySetResult(), reached, due, Timeout.InfiniteTimeSpan);
            _ = reached.Task.ContinueWith(static (_, t) => ((ITimer)t!).Dispose(), timer, CancellationToken.None, TaskContinuationOptions.None, Default);
        }

        if (cancellation.CanBeCanceled)
        {
            var registration = cancellation.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), reached);
            _ = reached.Task.ContinueWith(
                static (_, r) => ((CancellationTokenRegistration)r!).Unregister(), registration, CancellationToken.None, TaskContinuationOptions.None, Default);
        }

        return reached.Task;
    }

    /// <summary>Ends the thread after what it does now. Work that comes later is run by the thread pool.</summary>
    public void Dispose()
    {
        lock (_signal)
        {
            _ended = true;
            Monitor.Pulse(_signal);
        }
    }

    protected override void QueueTask(Task task)
    {
        lock (_signal)
        {
            if (_ended)
            {
                // What is still awaited somewhere must end; nothing of the protocol depends on its order any more.
                ThreadPool.UnsafeQueueUserWorkItem(static work => work.Scheduler.TryExecuteTask(work.Task), (Scheduler: this, Task: task), preferLocal: false);
                return;
            }

            _work.Enqueue(task);
            Monitor.Pulse(_signal);
        }

        Start();
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_signal) return [.. _work];
    }

    private void Start()
    {
        if (_thread is not null) return;
        lock (_creating)
        {
            if (_thread is not null) return;
            _thread = new Thread(Run) { IsBackground = true, Name = _name, Priority = ThreadPriority.AboveNormal };
            _thread.UnsafeStart();
        }
    }

    private void Run()
    {
        while (Next() is { } work) TryExecuteTask(work);
    }

    private Task? Next()
    {
        lock (_signal)
        {
            while (true)
            {
                var wait = FireTimers();
                if (_work.TryDequeue(out var task)) return task;
                if (_ended)
                {
                    // Whoever still waits for a time goes on at once.
                    while (_timers.TryDequeue(out var timer, out _)) timer.TrySetResult();
                    if (_work.Count == 0) return null;
                    continue;
                }

                Monitor.Wait(_signal, wait);
            }
        }
    }

    // Milliseconds until the next timer; -1 when there is none.
    private int FireTimers()
    {
        while (_timers.TryPeek(out var timer, out var due))
        {
            var left = _clock.GetElapsedTime(_clock.GetTimestamp(), due);
            if (left > TimeSpan.Zero && !timer.Task.IsCompleted) return (int)Math.Min(Math.Ceiling(left.TotalMilliseconds), int.MaxValue);
            _timers.Dequeue();
            timer.TrySetResult();
        }

        return Timeout.Infinite;
    }
}
