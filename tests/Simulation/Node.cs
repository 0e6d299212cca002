using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Bundled;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Simulation;

/// <summary>One life of one silo: the agent as it is in production, on a thread, a clock and a network that the world moves.</summary>
internal sealed class Node : TaskScheduler, IAgentThread, IClusterNetwork
{
    private readonly World _world;
    private readonly Network _network;
    private readonly Queue<Task> _work = [];
    private readonly List<Action> _onDeath = [];
    private long _busyUntil;
    private bool _waking;

    public Node(World world, Network network, Storage storage, int slot, int generation)
    {
        _world = world;
        _network = network;
        Slot = slot;
        Address = SiloAddress.New(IPAddress.Loopback, slot, generation);
        Name = $"{slot}.{generation}";
        Clock = new NodeClock(world, 0.98 + (0.04 * world.Chance.NextDouble()));
        Engine = new ModelEngine(world, this, storage);
        Span<byte> instance = stackalloc byte[16];
        world.Chance.NextBytes(instance);
        Agent = new ClusterAgent(
            new AgentIdentity(Address, new Guid(instance), Name, null, "service"),
            new NodeStore(world, storage, this),
            this,
            Clock,
            new AgentSurroundings(() => Engine, () => this, OnFatal),
            new SiloLeaseOptions { ServedPart = world.Mutation == Mutation.RenewsLate ? 2 : 0.9 },
            new ClusterMembershipOptions { ProbeTimeout = TimeSpan.FromSeconds(1) },
            NullLogger.Instance);
        Agent.ViewChanged += OnViewChanged;
        network.Add(this);
    }

    public int Slot { get; }

    public SiloAddress Address { get; }

    public string Name { get; }

    public NodeClock Clock { get; }

    public ClusterAgent Agent { get; }

    public ModelEngine Engine { get; }

    public bool IsDead { get; private set; }

    public bool IsPaused { get; private set; }

    /// <summary>Whether it was told to end.</summary>
    public bool Ending { get; private set; }

    /// <summary>Whether it came as far as to own grains.</summary>
    public bool Started { get; private set; }

    /// <summary>Whether it may not reach the store.</summary>
    public bool CutFromStore { get; set; }

    TaskScheduler IAgentThread.Scheduler => this;

    public override int MaximumConcurrencyLevel => 1;

    public Task Do(Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    public void Start() => _ = Do(async () =>
    {
        try
        {
            await Agent.Join(CancellationToken.None);
            await Agent.CheckConnectivity(CancellationToken.None);
            await Agent.BecomeActive(CancellationToken.None);
            Started = true;
            _world.Note("serves", Name, Agent.View.Version);
        }
        catch (Exception failure) when (failure is OrleansException or OrleansConfigurationException)
        {
            Crash();
        }
    });

    public void Stop() => _ = Do(async () =>
    {
        Ending = true;
        _world.Note("leaves", Name);
        try
        {
            await Agent.BeginLeaving(CancellationToken.None);
        }
        catch (OrleansException)
        {
            // It lost its lease before it could leave.
        }

        await Agent.Leave(CancellationToken.None);
        Crash();
    });

    public void Crash()
    {
        if (IsDead) return;
        _world.Note("dies", Name);
        IsDead = true;
        Agent.Kill();
        Engine.Vanish();
        _work.Clear();
        foreach (var heard in _onDeath) heard();
        _onDeath.Clear();
    }

    public void OnDeath(Action heard) => _onDeath.Add(heard);

    public void Pause()
    {
        _world.Note("pauses", Name);
        IsPaused = true;
    }

    public void Resume()
    {
        if (!IsPaused) return;
        _world.Note("resumes", Name);
        IsPaused = false;
        if (_work.Count > 0) Wake();
    }

    public Task Delay(TimeSpan due, CancellationToken cancellation)
    {
        var reached = new TaskCompletionSource();
        if (cancellation.CanBeCanceled) cancellation.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), reached);
        _world.After(due / Clock.Rate, () => reached.TrySetResult());
        return reached.Task;
    }

    public Task<byte[]> Ask(SiloAddress silo, ControlKind kind, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var bytes = body.ToArray();
        return _network.Ask(this, silo, node => node.Agent.Answer(Address, kind, bytes));
    }

    public void Dispose()
    {
        // The world ends it.
    }

    protected override void QueueTask(Task task)
    {
        if (IsDead) return;
        _work.Enqueue(task);
        if (!_waking && !IsPaused) Wake();
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => _work;

    // One piece of work takes next to no time, and now and then a while: a collection of garbage, or a busy machine.
    private void Wake()
    {
        _waking = true;
        _world.After(TimeSpan.FromTicks(Math.Max(0, _busyUntil - _world.Now)), () =>
        {
            _waking = false;
            if (IsDead || IsPaused || _work.Count == 0) return;
            TryExecuteTask(_work.Dequeue());
            _busyUntil = _world.Now + (_world.Faulty && _world.Happens(0.001) ? _world.Between(1, 300) : _world.Between(0.001, 0.02)).Ticks;
            if (!IsDead) Rules.CheckLease(_world, this);
            if (_work.Count > 0 && !_waking && !IsPaused) Wake();
        });
    }

    // A process does not end at once.
    private void OnFatal(string reason)
    {
        _world.Note("must end", Name);
        Ending = true;
        _world.After(_world.Between(0, 1500), Crash);
    }

    private void OnViewChanged(ClusterView view)
    {
        _world.Note("follows", Name, view.Version, view.Active.Length);
        Rules.CheckView(_world, this, view);
    }
}

/// <summary>A clock that runs a little too fast or too slow, and whose time of day is anything.</summary>
internal sealed class NodeClock(World world, double rate) : TimeProvider
{
    private readonly TimeSpan _off = world.Between(-3_600_000, 3_600_000);

    public double Rate => rate;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => (long)(world.Now * rate);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddYears(60) + TimeSpan.FromTicks(GetTimestamp()) + _off;
}
