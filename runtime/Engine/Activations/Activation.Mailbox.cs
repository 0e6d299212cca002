namespace Orleans.Bundled;

/// <content>The mailbox and the scheduler: any thread posts, one drain at a time runs.</content>
internal sealed partial class Activation
{
    private const int ItemsPerLookAtTheClock = 8;
    private const uint SchedulesPerStepAside = 61;

    private static readonly WorkItem s_draining = new Marker();
    private static readonly Action<object?> s_drain = static state => ((Activation)state!).Drain();

    private static ExecutionContext? s_emptyFlow;

    [ThreadStatic]
    private static uint t_scheduled;

    // A stack of what was posted since the last look, newest first. Null: idle. The marker: a drain is scheduled or running,
    // and nothing has been posted since it last looked.
    private WorkItem? _inbox;

    // What a drain has taken out of the inbox and not yet run, oldest first.
    private WorkItem? _ready;

    public override int MaximumConcurrencyLevel => 1;

    public void Post(WorkItem item)
    {
        var head = Volatile.Read(ref _inbox);
        while (true)
        {
            item.Next = head;
            var seen = Interlocked.CompareExchange(ref _inbox, item, head);
            if (ReferenceEquals(seen, head)) break;
            head = seen;
        }

        if (head is null) Schedule();
    }

    void IThreadPoolWorkItem.Execute()
    {
        // Work items of the thread pool start with the empty flow.
        s_emptyFlow ??= ExecutionContext.Capture();
        var before = RuntimeContext.Current;
        RuntimeContext.Current = this;
        try
        {
            // One task around the whole drain makes this activation the current scheduler of every turn in it.
            new Task(s_drain, this, CancellationToken.None, TaskCreationOptions.DenyChildAttach).RunSynchronously(this);
        }
        finally
        {
            RuntimeContext.Current = before;
        }
    }

    internal void ExecuteTask(Task task) => TryExecuteTask(task);

    protected override void QueueTask(Task task) => Post(new TaskItem(task));

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && ReferenceEquals(RuntimeContext.Current, this) && TryExecuteTask(task);

    protected override IEnumerable<Task>? GetScheduledTasks() => null;

    private static WorkItem? Reverse(WorkItem taken)
    {
        WorkItem? oldest = null;
        for (var item = taken; item is not null && !ReferenceEquals(item, s_draining);)
        {
            var next = item.Next;
            item.Next = oldest;
            oldest = item;
            item = next;
        }

        return oldest;
    }

    // The last thing a drain does is to give the mailbox back or to schedule itself again: another thread may drain from then on.
    private void Drain()
    {
        var engine = _class.Engine;
        var begun = engine.Clock.Now;
        var start = 0L;
        var count = 0;
        try
        {
            while (true)
            {
                if (!Advance())
                {
                    var item = _ready ?? Take();
                    if (item is null)
                    {
                        WarnIfLong(begun);
                        return;
                    }

                    _ready = item.Next;
                    item.Next = null;
                    item.Run(this);
                    RestoreFlow();
                }

                if (++count % ItemsPerLookAtTheClock != 0) continue;
                if (start == 0) start = Environment.TickCount64;
                else if (Environment.TickCount64 - start >= engine.SchedulingQuantum) break;
            }
        }
        catch (Exception exception)
        {
            EngineLog.DrainFailed(engine.Log, exception, GrainId);
        }

        WarnIfLong(begun);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    // A thread runs its own newest work first, which keeps a call and its answer on warm caches. Two grains that call each other
    // for ever would so keep older work of that thread waiting for ever; now and then the next step goes to the end of the
    // shared queue instead.
    private void Schedule() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: ++t_scheduled % SchedulesPerStepAside != 0);

    // Null once the mailbox has been given back as idle.
    private WorkItem? Take()
    {
        while (true)
        {
            if (ReferenceEquals(Volatile.Read(ref _inbox), s_draining)
                && ReferenceEquals(Interlocked.CompareExchange(ref _inbox, null, s_draining), s_draining)) return null;

            var taken = Interlocked.Exchange(ref _inbox, s_draining)!;
            if (Reverse(taken) is { } oldest) return oldest;
        }
    }

    // Takes the requests of callers out of the mailbox, oldest first, and leaves everything else in it. Within a drain only.
    private List<Request> TakePosted()
    {
        var requests = new List<Request>();
        WorkItem? first = null;
        WorkItem? last = null;
        Sort(_ready);
        Sort(Reverse(Interlocked.Exchange(ref _inbox, s_draining)!));
        _ready = first;
        return requests;

        void Sort(WorkItem? item)
        {
            while (item is not null)
            {
                var next = item.Next;
                item.Next = null;
                if (item is Request { IsLocal: false } request) requests.Add(request);
                else if (last is null) first = last = item;
                else last = last.Next = item;
                item = next;
            }
        }
    }

    // Values that a request put into the flow of execution on its synchronous part must not reach the next request.
    private static void RestoreFlow()
    {
        var current = ExecutionContext.Capture();
        if (ReferenceEquals(current, s_emptyFlow)) return;
        if (current is null) ExecutionContext.RestoreFlow();
        ExecutionContext.Restore(s_emptyFlow!);
    }

    // The coarse clock is good enough to tell a turn that takes seconds, and costs nothing. Its last step may have fallen into the
    // shortest of turns, so only what lies before it is certain.
    private void WarnIfLong(int begun)
    {
        var engine = _class.Engine;
        if (engine.Clock.Now == begun) return;
        var milliseconds = (engine.Clock.Now - begun - engine.Clock.LastStep) * CallClock.UnitMilliseconds;
        if (milliseconds < engine.LongTurn) return;
        Instruments.LongTurns.Add(1);
        EngineLog.LongTurn(engine.Log, GrainId, milliseconds);
    }

    private sealed class Marker : WorkItem
    {
        internal override void Run(IWorkQueue queue)
        {
        }
    }
}

/// <summary>A task queued to an activation: usually the rest of a method after an await.</summary>
internal sealed class TaskItem(Task task) : WorkItem
{
    internal override void Run(IWorkQueue queue) => ((Activation)queue).ExecuteTask(task);
}

/// <summary>Something to do on an activation's turn, outside of its gate.</summary>
internal sealed class ActionItem(Action<Activation> action) : WorkItem
{
    internal override void Run(IWorkQueue queue) => action((Activation)queue);
}
