using System.Collections.Concurrent;
using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>A process without grains of its own: sends calls to the silos that own their targets, and has observers.</summary>
internal sealed class ClientEngine : ObserverHost, IMessageTarget, IGrainTypeResolver, IDisposable
{
    private const int MovesMax = 8;

    private static readonly TimeSpan s_viewPatience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(Type Interface, string? Prefix), GrainType> _resolved = new();
    private readonly TimeProvider _time;
    private readonly NextChance _chance;
    private MessageCenter? _center;
    private volatile FrozenDictionary<string, GrainTypeName[]>? _byInterface;
    private volatile FrozenDictionary<GrainType, GrainPlace> _places = FrozenDictionary<GrainType, GrainPlace>.Empty;
    private volatile ClusterView _view = ClusterView.None;
    private TaskCompletionSource _viewChanged = NewSignal();
    private uint _next;

    public ClientEngine(
        IOptions<ClientMessagingOptions> messaging,
        TimeProvider time,
        IEnumerable<IIncomingGrainCallFilter> incoming,
        IEnumerable<IOutgoingGrainCallFilter> outgoing,
        ILogger<ClientEngine> log)
        : base(new CallClock(time, messaging.Value.ResponseTimeout))
    {
        _time = time;
        _chance = new NextChance(time);
        Log = log;
        IncomingFilters = [.. incoming];
        OutgoingFilters = [.. outgoing];
        WaitForCancellationAcknowledgement = messaging.Value.WaitForCancellationAcknowledgement;
        CancelRequestOnTimeout = messaging.Value.CancelRequestOnTimeout;
        DropExpiredMessages = messaging.Value.DropExpiredMessages;
        References = new ReferenceFactory(this);
        Observers = new ObserverRegistry(this, ClientKeys.New());
        ClientId = Observers.ClientId;
    }

    public override ILogger Log { get; }

    public override ReferenceFactory References { get; }

    public override ObserverRegistry Observers { get; }

    /// <summary>The newest view that a gateway told of.</summary>
    public ClusterView View => _view;

    /// <summary>Whether a gateway has told everything that calls need.</summary>
    public bool IsReady => _byInterface is not null && _view.Version > 0;

    public void Attach(MessageCenter center) => _center = center;

    /// <summary>Follows a view, unless a newer one is known.</summary>
    /// <returns>Whether it is followed.</returns>
    public bool Follow(ClusterView view)
    {
        lock (_resolved)
        {
            if (view.Version <= _view.Version) return false;
            _view = view;
            Interlocked.Exchange(ref _viewChanged, NewSignal()).TrySetResult();
            _chance.Tell();
            return true;
        }
    }

    /// <summary>Forgets the view: what comes next is believed even if its number is lower, as after a new start of the whole cluster.</summary>
    public void ForgetView()
    {
        lock (_resolved) _view = ClusterView.None;
    }

    /// <summary>Learns which grain classes the cluster has.</summary>
    public void Learn(IReadOnlyList<GrainTypeName> classes)
    {
        _places = classes.Where(c => c.Place != GrainPlace.Owned).ToFrozenDictionary(c => GrainType.Create(c.Class.GrainType), c => c.Place);
        _byInterface = classes
            .SelectMany(c => c.Interfaces.Select(i => (Interface: i, Class: c)))
            .GroupBy(p => p.Interface, StringComparer.Ordinal)
            .ToFrozenDictionary(g => g.Key, g => g.Select(p => p.Class).ToArray(), StringComparer.Ordinal);
        _resolved.Clear();
    }

    public GrainType Resolve(Type interfaceType, string? classPrefix)
    {
        ArgumentNullException.ThrowIfNull(interfaceType);
        if (_resolved.TryGetValue((interfaceType, classPrefix), out var known)) return known;
        var all = _byInterface ?? throw new InvalidOperationException("The client is not connected: start its host, and wait for that, first.");
        var definition = interfaceType.IsGenericType ? interfaceType.GetGenericTypeDefinition() : interfaceType;
        var name = GrainAssemblies.Manifest.Interfaces.GetValueOrDefault(definition)?.InterfaceName;
        var candidates = name is null ? [] : all.GetValueOrDefault(name) ?? [];
        return _resolved[(interfaceType, classPrefix)] =
            GrainTypeRules.Find(interfaceType, classPrefix, Array.ConvertAll(candidates, static c => c.Class), out _);
    }

    public override GrainReference CreateReference(GrainId grainId, Type interfaceType) =>
        References.Create(grainId.Type, interfaceType, grainId.Key);

    public override void Route(Request request)
    {
        try
        {
            if (ObserverRegistry.Owns(request.Reference.Shared.GrainType)) RouteToObserver(request);
            else Send(request, _view);
        }
        catch (Exception exception)
        {
            if (request.IsOneWay) EngineLog.OneWayFailed(Log, exception, request.ToString());
            request.Settle(exception);
        }
    }

    /// <summary>A silo calls an observer.</summary>
    public void Receive(Request request, long viewVersion)
    {
        if (ObserverRegistry.Owns(request.Reference.Shared.GrainType)) Observers.Route(request);
        else request.Settle(new OrleansMessageRejectionException($"{request} was sent to a client, which has no grains."));
    }

    public void Moved(Request request, long viewVersion) => _ = MovedAsync(request, viewVersion);

    public void NotSent(Request request, string reason)
    {
        var isOwned = !ObserverRegistry.Owns(request.Reference.Shared.GrainType)
            && _places.GetValueOrDefault(request.Reference.Shared.GrainType) == GrainPlace.Owned;
        if (isOwned && ++request.Moves <= NextChance.ChancesMax) _ = RouteAtNextChance(request);
        else MessageCenter.Fail(Log, request, reason);
    }

    public void Dispose() => Clock.Dispose();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task RouteAtNextChance(Request request)
    {
        await _chance.Wait().ConfigureAwait(false);
        if (!request.IsSettled) Route(request);
    }

    private async Task MovedAsync(Request request, long viewVersion)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        if (++request.Moves > MovesMax)
        {
            request.Settle(new OrleansMessageRejectionException(
                $"{request} was sent to {MovesMax} silos and none of them owned its target: the view of the cluster does not come to rest."));
            return;
        }

        var since = _time.GetTimestamp();
        while (_view.Version < viewVersion && !request.IsSettled)
        {
            var changed = Volatile.Read(ref _viewChanged).Task;
            if (_view.Version >= viewVersion) break;
            var left = s_viewPatience - _time.GetElapsedTime(since);
            if (left <= TimeSpan.Zero)
            {
                request.Settle(new SiloUnavailableException($"No gateway has told of view {viewVersion}, by which {request} is to be sent."));
                return;
            }

            await changed.WaitAsync(left, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (!request.IsSettled) Route(request);
    }

    private void RouteToObserver(Request request)
    {
        if (Observers.TryRoute(request)) return;
        var client = ClientKeys.ClientOf(request.Reference);
        if (client == ClientId)
        {
            Observers.Route(request);
            return;
        }

        var view = _view;
        var member = ClientKeys.SiloOf(client) is { } silo ? view.Find(silo) ?? throw new ClientNotAvailableException(client) : null;
        _center!.Send(request, member?.Gateway ?? AnyGateway(view), view.Version, FrameFlags.Relay);
    }

    private void Send(Request request, ClusterView view)
    {
        var reference = request.Reference;
        var place = _places.Count == 0 ? GrainPlace.Owned : _places.GetValueOrDefault(reference.Shared.GrainType);
        var member = place switch
        {
            GrainPlace.Anywhere => null,
            GrainPlace.SiloOfKey => view.Find(SiloKeyPlacement.SiloOf(reference.Key))
                ?? throw new SiloUnavailableException($"Silo {reference.Key} is not a member of the cluster."),
            _ => view.OwnerOf(reference.GrainId) ?? throw Disconnected(),
        };

        // An owner without a gateway is reached through a silo that has one.
        if (member?.Gateway is { } gateway) _center!.Send(request, gateway, view.Version, FrameFlags.None);
        else _center!.Send(request, AnyGateway(view), view.Version, FrameFlags.Relay);
    }

    private SiloAddress AnyGateway(ClusterView view)
    {
        var active = view.Active;
        var first = Interlocked.Increment(ref _next);
        for (var i = 0; i < active.Length; i++)
            if (active[(int)((first + (uint)i) % (uint)active.Length)].Gateway is { } gateway) return gateway;
        throw Disconnected();
    }

    private static SiloUnavailableException Disconnected() => new("The client is connected with no gateway of an active silo.");
}
