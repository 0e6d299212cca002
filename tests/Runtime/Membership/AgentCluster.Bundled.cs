using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;
using Orleans.Bundled;
using Orleans.Configuration;

namespace Orleans.Conformance.Membership;

/// <summary>Agents of several silos in this process, each on its own thread, over one store and a network that can be cut.</summary>
internal sealed class AgentCluster(Func<IMembershipStore> store) : IDisposable
{
    private static int s_generation;

    private readonly ConcurrentDictionary<SiloAddress, AgentSilo> _silos = new();
    private readonly ConcurrentDictionary<(SiloAddress, SiloAddress), bool> _cut = new();

    public SiloLeaseOptions Lease { get; } = new() { LeaseDuration = TimeSpan.FromSeconds(0.9), RenewPeriod = TimeSpan.FromSeconds(0.1) };

    public ClusterMembershipOptions Options { get; } = new() { ProbeTimeout = TimeSpan.FromSeconds(0.2) };

    public AgentSilo Create(int port, IMembershipStore? own = null, TimeProvider? clock = null)
    {
        var address = SiloAddress.New(IPAddress.Loopback, port, Interlocked.Increment(ref s_generation));
        var silo = new AgentSilo(this, address, own ?? store(), clock ?? TimeProvider.System);
        _silos[address] = silo;
        return silo;
    }

    public async Task<AgentSilo> Start(int port)
    {
        var silo = Create(port);
        await silo.Start();
        return silo;
    }

    public void Cut(AgentSilo left, AgentSilo right)
    {
        _cut[(left.Agent.Self, right.Agent.Self)] = true;
        _cut[(right.Agent.Self, left.Agent.Self)] = true;
    }

    public Task<byte[]> Ask(SiloAddress from, SiloAddress to, ControlKind kind, ReadOnlyMemory<byte> body) =>
        !_cut.ContainsKey((from, to)) && _silos.TryGetValue(to, out var silo) && !silo.IsDead
            ? silo.Agent.Answer(from, kind, body)
            : throw new SiloUnavailableException($"{to} cannot be reached.");

    public void Dispose()
    {
        foreach (var silo in _silos.Values) silo.Dispose();
    }
}

/// <summary>A silo as far as its agent can tell: activations are names in a set.</summary>
internal sealed class AgentSilo : IActivationHost, IClusterNetwork, ISiloLeaseObserver, IDisposable
{
    private readonly AgentCluster _cluster;
    private readonly IMembershipStore _store;
    private int _held;

    public AgentSilo(AgentCluster cluster, SiloAddress address, IMembershipStore store, TimeProvider clock)
    {
        _cluster = cluster;
        _store = store;
        Agent = new ClusterAgent(
            new AgentIdentity(address, Guid.NewGuid(), $"silo {address.Endpoint.Port}", null, "service"),
            store,
            new AgentThread("agent", clock),
            clock,
            new AgentSurroundings(() => this, () => this, reason => Fatal = reason) { Observers = [this] },
            cluster.Lease,
            cluster.Options,
            Log);
    }

    /// <summary>What the agent told people.</summary>
    public ListLogger Log { get; } = new();

    public ClusterAgent Agent { get; }

    public ConcurrentDictionary<GrainId, bool> Activations { get; } = new();

    public string? Fatal { get; private set; }

    public bool? Lost { get; private set; }

    public bool IsDead { get; private set; }

    /// <summary>How often it heard that it holds its lease.</summary>
    public int HeldCount => Volatile.Read(ref _held);

    /// <summary>What a release waits for.</summary>
    public Task Releasing { get; set; } = Task.CompletedTask;

    public async Task Start()
    {
        await Agent.Join(CancellationToken.None);
        await Agent.CheckConnectivity(CancellationToken.None);
        await Agent.BecomeActive(CancellationToken.None);
    }

    public async Task Stop()
    {
        await Agent.BeginLeaving(CancellationToken.None);
        await Agent.Leave(CancellationToken.None);
    }

    public void Dispose()
    {
        Agent.Dispose();
        (_store as IDisposable)?.Dispose();
    }

    public void Crash()
    {
        IsDead = true;
        Agent.Kill();
    }

    /// <summary>Activates a grain as soon as it may; false when it is another silo's.</summary>
    public async Task<bool> Activate(GrainId grain)
    {
        while (true)
        {
            var answer = Agent.Admit(grain);
            if (answer == Admission.Here)
            {
                Activations[grain] = true;
                if (Agent.Admit(grain) == Admission.Here) return true;
                Activations.TryRemove(grain, out _);
            }
            else if (answer == Admission.Wait)
            {
                await Agent.WhenAdmissible(grain);
            }
            else
            {
                return false;
            }
        }
    }

    async Task IActivationHost.Release(GrainId grainId)
    {
        await Releasing;
        Activations.TryRemove(grainId, out _);
    }

    async Task IActivationHost.ReleaseAll(Func<GrainId, bool> stays)
    {
        foreach (var grain in Activations.Keys.Where(g => !stays(g)).ToArray())
        {
            await Releasing;
            Activations.TryRemove(grain, out _);
        }
    }

    Task<byte[]> IClusterNetwork.Ask(SiloAddress silo, ControlKind kind, ReadOnlyMemory<byte> body, CancellationToken cancellation) =>
        _cluster.Ask(Agent.Self, silo, kind, body);

    void ISiloLeaseObserver.Held(string silo, long epoch, long askedAt, TimeSpan term) => Interlocked.Increment(ref _held);

    void ISiloLeaseObserver.Lost(bool replaced) => Lost = replaced;
}

/// <summary>Keeps what is logged.</summary>
internal sealed class ListLogger : ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue($"{logLevel}: {formatter(state, exception)}");
}
