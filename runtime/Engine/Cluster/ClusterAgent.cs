using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>What a silo is to its agent.</summary>
internal sealed record AgentIdentity(SiloAddress Address, Guid Instance, string Name, SiloAddress? Gateway, string ServiceId)
{
    /// <summary>The kind of this runtime among those that can hold leases in one database.</summary>
    public const string Engine = "bundled";

    /// <summary>Grows with every change after which silos before and after it could not work together.</summary>
    public const int Protocol = 1;
}

/// <summary>What the agent reaches besides the store. Asked for when it is needed first, since all of it knows the agent.</summary>
internal sealed record AgentSurroundings(Func<IActivationHost> Host, Func<IClusterNetwork> Network, Action<string> OnFatal)
{
    public IReadOnlyList<ISiloLeaseObserver> Observers { get; init; } = [];
}

/// <summary>Holds the lease of a silo, follows the view of its cluster, and hands grains over.</summary>
/// <remarks>
/// Everything that changes runs on one <see cref="IAgentThread"/>; what other threads read is published as one immutable object.
/// Besides those of <see cref="IClusterAgent"/>, invariants:
/// 1. A view is published before the activations that it gives to others are enumerated, and settled after they have ended.
/// 2. A silo never says to have settled a view it does not follow.
/// 3. A silo that lost its lease never serves again.
/// </remarks>
internal sealed partial class ClusterAgent : IClusterAgent, IControlHandler, IDisposable
{
    private readonly AgentIdentity _identity;
    private readonly IMembershipStore _store;
    private readonly IAgentThread _thread;
    private readonly TimeProvider _clock;
    private readonly AgentSurroundings _surroundings;
    private readonly SiloLeaseOptions _lease;
    private readonly ClusterMembershipOptions _options;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly ViewHistory _history = new();

    // Only read outside of the agent's thread.
    private volatile Standing _standing = Standing.None;
    private volatile Holding _holding = Holding.None;

    // Only touched on the agent's thread.
    private TaskCompletionSource _standingChanged = NewSignal();
    private TaskCompletionSource _renewed = NewSignal();
    private CancellationTokenSource _kick = new();
    private long _settled;
    private bool _renewAgain;
    private bool _evicting;
    private bool _joined;
    private bool _reachesStore = true;
    private int _disposed;

    public ClusterAgent(
        AgentIdentity identity,
        IMembershipStore store,
        IAgentThread thread,
        TimeProvider clock,
        AgentSurroundings surroundings,
        SiloLeaseOptions lease,
        ClusterMembershipOptions options,
        ILogger log)
    {
        _identity = identity;
        _store = store;
        _thread = thread;
        _clock = clock;
        _surroundings = surroundings;
        _lease = lease;
        _options = options;
        _log = log;
        _store.Changed += OnStoreChanged;
    }

    /// <inheritdoc/>
    public event Action<ClusterView>? ViewChanged;

    /// <inheritdoc/>
    public SiloAddress Self => _identity.Address;

    /// <inheritdoc/>
    public ClusterView View => _standing.View;

    /// <summary>The number of this silo's lease; 0 before it has one.</summary>
    public long Epoch => _holding.Epoch;

    /// <inheritdoc/>
    public bool Serves
    {
        get
        {
            var holding = _holding;
            return holding.Term > TimeSpan.Zero && _clock.GetElapsedTime(holding.AskedAt) < holding.Term;
        }
    }

    /// <summary>Whether the lease is gone for good.</summary>
    private bool IsLost => _holding.Lost;

    private string Silo => Self.ToParsableString();

    private TimeSpan CallTimeout => _lease.LeaseDuration / 3;

    /// <inheritdoc/>
    public Admission Admit(GrainId grainId)
    {
        if (!Serves) return Admission.NotServing;
        var standing = _standing;
        if (standing.View.OwnerOf(grainId) is not { } owner) return Admission.NotServing;
        if (owner.Epoch != _holding.Epoch) return Admission.Elsewhere;
        return standing.OthersSettled || standing.Acquired.ContainsKey(grainId) ? Admission.Here : Admission.Wait;
    }

    /// <inheritdoc/>
    public Task Refresh(long version) => View.Version >= version ? Task.CompletedTask : Run(() => RefreshHere(version));

    /// <summary>Ends everything without telling anybody, as a crash would.</summary>
    public void Kill()
    {
        Drop();
        _stop.Cancel();
        _store.Changed -= OnStoreChanged;
        _thread.Dispose();
    }

    public void Dispose()
    {
        // The services of a silo know the agent under several types, and dispose it once for each.
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        Kill();
        _stop.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new();

    // Not through the thread pool, which may be busy.
    private static void End(CancellationTokenSource wait) => wait.Cancel();

    private Task Run(Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _thread.Scheduler).Unwrap();

    private Task<T> Run<T>(Func<Task<T>> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _thread.Scheduler).Unwrap();

    // Of a call that takes longer it is not known whether it happened; calls of the store may be repeated.
    private async Task<T> InTime<T>(Task<T> call, TimeSpan time)
    {
        if (!call.IsCompleted)
        {
            using var done = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            await Task.WhenAny(call, _thread.Delay(time, done.Token));
            End(done);
            if (!call.IsCompleted)
            {
                _ = call.ContinueWith(
                    static late => _ = late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
                throw new TimeoutException($"No answer within {time}.");
            }
        }

        return await call;
    }

    private void OnStoreChanged() => _ = Run(() =>
    {
        KickRenewal();
        return Task.CompletedTask;
    });

    /// <summary>What the silo may rely on from its lease.</summary>
    private sealed record Holding(long Epoch, long AskedAt, TimeSpan Term, bool Lost)
    {
        public static Holding None { get; } = new(0, 0, TimeSpan.Zero, false);
    }

    /// <summary>The view that is followed, with what is known of the handing over of grains under it.</summary>
    private sealed record Standing(ClusterView View, bool OthersSettled, ConcurrentDictionary<GrainId, bool> Acquired)
    {
        public static Standing None { get; } = new(ClusterView.None, false, []);
    }
}
