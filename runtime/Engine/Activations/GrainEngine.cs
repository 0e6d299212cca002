using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>The grains of one silo: finds or makes the activation of every call, and ends what is no longer needed.</summary>
internal sealed partial class GrainEngine : ObserverHost, IDisposable
{
    /// <summary>How often a request goes on from activations that ended before they served anything.</summary>
    private const int ForwardsMax = 2;

    private readonly ConcurrentDictionary<GrainType, GrainClass> _classes = new();
    private readonly GrainClassMap _map;
    private readonly GrainConstructors _constructors;
    private readonly SiloMessagingOptions _messaging;
    private readonly Lazy<IGrainRuntime> _runtime;
    private volatile bool _stopping;

    public GrainEngine(
        IServiceProvider services,
        GrainClassMap map,
        GrainConstructors constructors,
        IOptions<GrainCollectionOptions> collection,
        IOptions<SiloMessagingOptions> messaging,
        IOptions<SchedulingOptions> scheduling,
        IEnumerable<IIncomingGrainCallFilter> incoming,
        IEnumerable<IOutgoingGrainCallFilter> outgoing,
        ILogger<GrainEngine> log)
        : base(new CallClock(Clocks.Of(services, TimeProviderNames.Messaging), messaging.Value.ResponseTimeout))
    {
        _messaging = messaging.Value;
        Services = services;
        Time = Clocks.Of(services, TimeProviderNames.ActivationManagement);
        Ages = Time == Clock.Time ? Clock : new CallClock(Time, messaging.Value.ResponseTimeout);
        Clock.WarnOfSlowCalls(
            Least(_messaging.RequestProcessingWarningTime, _messaging.RequestQueueDelayWarningTime), WarnOfSlowCall);
        Log = log;
        Collection = collection.Value;
        IncomingFilters = [.. incoming];
        OutgoingFilters = [.. outgoing];
        _map = map;
        _constructors = constructors;
        WaitForCancellationAcknowledgement = _messaging.WaitForCancellationAcknowledgement;
        CancelRequestOnTimeout = _messaging.CancelRequestOnTimeout;
        DropExpiredMessages = _messaging.DropExpiredMessages;
        SchedulingQuantum = (long)scheduling.Value.ActivationSchedulingQuantum.TotalMilliseconds;
        LongTurn = (long)scheduling.Value.TurnWarningLengthThreshold.TotalMilliseconds;
        _runtime = new Lazy<IGrainRuntime>(services.GetRequiredService<IGrainRuntime>);
        Instruments.Add(this);
        References = new ReferenceFactory(this);
        Observers = new ObserverRegistry(this, ClientKeys.OfSilo(services.GetRequiredService<ILocalSiloDetails>().SiloAddress));
        ClientId = Observers.ClientId;
    }

    public IServiceProvider Services { get; }

    /// <summary>The clock of activations: of their ages, and of the time that their beginning and end may take.</summary>
    public TimeProvider Time { get; }

    /// <summary>The coarse time that ages of activations are measured in.</summary>
    public CallClock Ages { get; }

    public override ILogger Log { get; }

    public GrainCollectionOptions Collection { get; }

    public override ReferenceFactory References { get; }

    public override ObserverRegistry Observers { get; }

    public IGrainRuntime GrainRuntime => _runtime.Value;

    /// <summary>Milliseconds an activation may run before others get their turn.</summary>
    public long SchedulingQuantum { get; }

    /// <summary>Milliseconds from which on a turn is worth a warning.</summary>
    public long LongTurn { get; }

    public IEnumerable<GrainClass> Classes => _classes.Values;

    public override void Route(Request request)
    {
        try
        {
            var reference = request.Reference;
            var shared = reference.Shared;
            if (ObserverRegistry.Owns(shared.GrainType))
            {
                RouteToObserver(request);
                return;
            }

            var grainClass = shared.Class ??= Class(shared.GrainType);
            if (grainClass.Workers is { } workers)
            {
                if (_stopping) throw Stopping();
                Hand(request, workers.Take(reference.Key));
                return;
            }

            if (_agent is { } agent && !RouteHere(request, grainClass, agent)) return;
            if (_stopping && grainClass.Find(reference.Key) is null) throw Stopping();
            var activation = grainClass.GetOrAdd(reference.Key);
            reference.Target = activation;
            Hand(request, activation);
        }
        catch (Exception exception)
        {
            if (request.IsOneWay) EngineLog.OneWayFailed(Log, exception, request.ToString());
            request.Settle(exception);
        }
    }

    public override GrainReference CreateReference(GrainId grainId, Type interfaceType) =>
        References.Create(grainId.Type, interfaceType, grainId.Key);

    /// <summary>Sends a request on from an activation that has ended.</summary>
    public void SendOn(Request request, Activation from)
    {
        // A timer's tick belongs to its activation and ends with it.
        if (request.IsLocal) return;
        Instruments.RequestsSentOn.Add(1);
        if (from is { WasValid: false, WasDismissed: false } && ++request.Forwards > ForwardsMax)
        {
            request.Settle(new OrleansMessageRejectionException(
                $"{request} was sent on {ForwardsMax} times and met no activation that stayed."));
            return;
        }

        Route(request);
    }

    /// <summary>The class of a grain type.</summary>
    /// <exception cref="OrleansException">This silo has no such class.</exception>
    public GrainClass Class(GrainType grainType) => _classes.TryGetValue(grainType, out var known)
        ? known
        : _classes.GetOrAdd(grainType, static (grainType, engine) => engine.MakeClass(grainType), this);

    /// <summary>The activation of a grain, or null.</summary>
    public Activation? Find(GrainId grainId) => _classes.TryGetValue(grainId.Type, out var grainClass) ? grainClass.Find(grainId.Key) : null;

    public int CollectionAgeOf(Type type)
    {
        var age = type.IsDefined(typeof(KeepAliveAttribute), inherit: true)
            ? Timeout.InfiniteTimeSpan
            : type.GetCustomAttribute<CollectionAgeLimitAttribute>(inherit: true)?.AgeLimit
                ?? (Collection.ClassSpecificCollectionAge.TryGetValue(type.FullName!, out var own) ? own : Collection.CollectionAge);
        return age < TimeSpan.Zero || age.TotalMilliseconds / CallClock.UnitMilliseconds >= int.MaxValue
            ? int.MaxValue
            : (int)Math.Ceiling(age.TotalMilliseconds / CallClock.UnitMilliseconds);
    }

    public int QueueLimit(bool ofWorkers) =>
        ofWorkers ? _messaging.MaxEnqueuedRequestsHardLimit_StatelessWorker : _messaging.MaxEnqueuedRequestsHardLimit;

    public int QueueWarning(bool ofWorkers) =>
        ofWorkers ? _messaging.MaxEnqueuedRequestsSoftLimit_StatelessWorker : _messaging.MaxEnqueuedRequestsSoftLimit;

    /// <summary>Refuses new activations, ends all there are and waits for them, then fails whatever still waits for an answer.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        var ending = new List<Task>();
        foreach (var activation in Classes.SelectMany(c => c.Activations))
        {
            activation.Deactivate(new DeactivationReason(DeactivationReasonCode.ShuttingDown, "The silo is shutting down."), cancellationToken);
            ending.Add(activation.Deactivated);
        }

        try
        {
            if (!cancellationToken.IsCancellationRequested) await Task.WhenAll(ending).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            EngineLog.StopCutShort(Log, ending.Count(t => !t.IsCompleted));
        }

        Clock.FailAll(Stopping);
    }

    public void Dispose()
    {
        Instruments.Remove(this);
        Clock.Dispose();
        Ages.Dispose();
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private void WarnOfSlowCall(Request request, TimeSpan age)
    {
        if (request.IsStarted ? age >= _messaging.RequestProcessingWarningTime : age >= _messaging.RequestQueueDelayWarningTime)
            EngineLog.SlowCall(Log, request.ToString(), age, (request.Queue as Activation)?.StatusOf(request) ?? "waits for its answer");
    }

    private static SiloUnavailableException Stopping() => new("The silo is shutting down.");

    private static void Hand(Request request, Activation activation)
    {
        request.Queue = activation;
        activation.Post(request);
    }

    private GrainClass MakeClass(GrainType grainType)
    {
        var (entry, type) = _map.FindClass(grainType)
            ?? throw new OrleansException($"This silo has no grain class for grain type '{grainType}'.");
        var create = entry.CreateWithoutServices is { } bare && !type.IsGenericType
            ? _ => bare(Services)
            : _constructors.For(type);
        return new GrainClass(this, grainType, type, create);
    }
}
