using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Serialization;

namespace Orleans.Bundled;

/// <summary>The transport of one process: how it listens and how it connects.</summary>
internal sealed record Transport(IConnectionListenerFactory Listeners, IConnectionFactory Connections);

/// <summary>
/// The connections of one process: those it makes to silos for its own calls, and in a silo those that silos and clients made to it.
/// </summary>
/// <remarks>
/// A process sends its calls over connections that it made; silos call clients over those that the clients made. A member that is
/// gone from the view takes its connections with it, so calls to it fail at once.
/// </remarks>
internal sealed partial class MessageCenter : ConnectionHost, IMessageCenter, IAsyncDisposable
{
    private static readonly TimeSpan s_sweepPeriod = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<SiloAddress, PeerLink[]> _links = new();
    private readonly ConcurrentDictionary<Connection, bool> _accepted = new();
    private readonly ConcurrentDictionary<GrainId, ImmutableArray<Connection>> _clients = new();
    private readonly HashSet<Connection> _measured = [];
    private readonly List<IConnectionListener> _listeners = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Transport _transport;
    private readonly ITimer _sweep;
    private Traffic _past;
    private CallRouter _router = null!;
    private ReferenceFactory _references = null!;
    private IMessageTarget _target = null!;
    private IControlHandler? _control;
    private IClusterAgent? _agent;

    public MessageCenter(
        ProcessIdentity own, Transport transport, ConnectionOptions options, MessagingOptions messaging, IServiceProvider services, ILogger log)
    {
        Own = own;
        Options = options;
        Services = services;
        Log = log;
        Time = ClusterServices.Clock(services);
        Exceptions = services.GetService<IOptions<ExceptionSerializationOptions>>()?.Value ?? ExceptionSerializationOptions.Default;
        FrameBytesMax = (int)Math.Min(Array.MaxLength - 64L, (long)messaging.MaxMessageHeaderSize + messaging.MaxMessageBodySize);
        _transport = TlsTransport.Over(transport, services.GetService<TlsChoice>());
        Instruments.Add(this);
        _sweep = Time.CreateTimerWithoutFlow(static center => ((MessageCenter)center!).Sweep(), this, s_sweepPeriod, s_sweepPeriod);
    }

    public ConnectionOptions Options { get; }

    public override ProcessIdentity Own { get; }

    public override CallClock Clock => _router.Clock;

    public override ReferenceFactory References => _references;

    public override IServiceProvider Services { get; }

    public override ExceptionSerializationOptions Exceptions { get; }

    public override ILogger Log { get; }

    public override TimeProvider Time { get; }

    public override int FrameBytesMax { get; }

    public override bool Serves => _agent?.Serves ?? true;

    /// <summary>How many clients are connected.</summary>
    public int ClientCount => _clients.Count;

    /// <summary>What went over all connections so far, over those that have ended too.</summary>
    public Traffic Traffic
    {
        get
        {
            lock (_measured) return _measured.Aggregate(_past, static (sum, connection) => sum + connection.Traffic);
        }
    }

    /// <summary>Every open connection.</summary>
    public IEnumerable<Connection> Connections =>
        _links.Values.SelectMany(static links => links).Select(static link => link.Connection).OfType<Connection>().Concat(_accepted.Keys);

    /// <summary>A gateway told its client who is a member. Called on a connection's reader.</summary>
    public event Action<ClusterView>? ViewArrivedFromGateway;

    /// <summary>A gateway told its client which grain classes the cluster has. Called on a connection's reader.</summary>
    public event Action<IReadOnlyList<GrainTypeName>>? GrainTypesArrived;

    /// <summary>A connection that this process made has ended.</summary>
    public event Action<SiloAddress>? ConnectionLost;

    /// <summary>Names who takes what arrives. To be called once, before anything is sent or heard.</summary>
    /// <param name="router">The router whose references arriving calls are bound to.</param>
    /// <param name="references">Makes those references.</param>
    /// <param name="target">Takes calls.</param>
    /// <param name="control">Answers control messages; null in a client.</param>
    /// <param name="agent">Knows the view; null in a client.</param>
    public void Attach(
        CallRouter router, ReferenceFactory references, IMessageTarget target, IControlHandler? control, IClusterAgent? agent)
    {
        (_router, _references, _target, _control, _agent) = (router, references, target, control, agent);
        if (agent is not null) agent.ViewChanged += OnViewChanged;
    }

    /// <summary>Starts to listen for silos.</summary>
    /// <exception cref="OrleansConfigurationException">The port is taken.</exception>
    public Task ListenForSilos(EndPoint endpoint, CancellationToken cancellation) => Listen(endpoint, forClients: false, cancellation);

    /// <summary>Starts to listen for clients.</summary>
    /// <inheritdoc cref="ListenForSilos"/>
    public Task ListenForClients(EndPoint endpoint, CancellationToken cancellation) => Listen(endpoint, forClients: true, cancellation);

    public void Send(Request request, SiloAddress silo, long viewVersion, FrameFlags flags)
    {
        try
        {
            var links = Links(silo);
            var link = links.Length == 1 ? links[0] : links[(int)((uint)request.Reference.Key.GetHashCode() % (uint)links.Length)];
            link.Send(request, viewVersion, flags);
        }
        catch (Exception exception)
        {
            MessagingLog.Failed(Log, exception, request.ToString());
            request.Settle(exception);
        }
    }

    public bool TrySendToClient(Request request, GrainId client, long viewVersion)
    {
        if (!_clients.TryGetValue(client, out var connections)) return false;

        // The newest first: an older one may be what a reconnecting client has left behind.
        for (var i = connections.Length - 1; i >= 0; i--)
            if (connections[i].TrySend(request, viewVersion, FrameFlags.None)) return true;
        return false;
    }

    /// <summary>Whether that client is connected here.</summary>
    public bool HasClient(GrainId client) => _clients.ContainsKey(client);

    public async Task<byte[]> Ask(SiloAddress silo, ControlKind kind, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var connection = await Links(silo)[0].Open().WaitAsync(cancellation);
        return await connection.Ask(kind, body, cancellation);
    }

    /// <summary>Makes the connection with a silo now, for clients.</summary>
    public Task<Connection> Open(SiloAddress silo) => Links(silo)[0].Open();

    /// <summary>Whether there is an open connection that was made to a silo.</summary>
    public bool IsConnected(SiloAddress silo) =>
        _links.TryGetValue(silo, out var links) && Array.Exists(links, static link => link.Connection is { IsGoingAway: false });

    /// <summary>
    /// Lets a connection that was made to whichever silo lives at an endpoint be the one to the silo that was found there.
    /// </summary>
    public void Adopt(SiloAddress asked, SiloAddress found)
    {
        if (!_links.TryRemove(asked, out var links)) return;
        foreach (var link in links) link.Silo = found;
        while (!_links.TryAdd(found, links))
        {
            // What is left of a broken connection gives way to the new one.
            if (!_links.TryGetValue(found, out var before)) continue;
            var isOpen = Array.Exists(before, static link => link.Connection is { IsGoingAway: false });
            if (!isOpen && !_links.TryUpdate(found, links, before)) continue;
            foreach (var link in isOpen ? links : before) link.End("There is another connection to that silo.")?.Close(null);
            return;
        }
    }

    /// <summary>Tells everybody who is connected to send no more calls, and waits until all that is queued for them has been sent.</summary>
    public Task Drain(TimeSpan patience) => Task.WhenAll(_accepted.Keys.Select(connection =>
    {
        connection.SendEmpty(FrameKind.GoingAway, 0, 0);
        return connection.Drained(patience);
    }));

    /// <summary>
    /// Stops to listen and closes every connection, after what is queued has been sent. Calls that still wait fail with
    /// <see cref="SiloUnavailableException"/>.
    /// </summary>
    /// <param name="patience">How long to wait for queued answers to leave.</param>
    public async Task StopAsync(TimeSpan patience)
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync();
        if (_agent is not null) _agent.ViewChanged -= OnViewChanged;
        foreach (var listener in _listeners) await listener.DisposeAsync();
        var ending = new List<Task>();
        foreach (var links in _links.Values)
            foreach (var link in links)
                if (link.End("This process stops.") is { } open) ending.Add(open.Finish(patience));
        foreach (var accepted in _accepted.Keys) ending.Add(accepted.Finish(patience));
        await Task.WhenAll(ending);
        await _sweep.DisposeAsync();
        Instruments.Remove(this);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero);
        _stopping.Dispose();
    }

    public override void Receive(Request request, long viewVersion)
    {
        try
        {
            _target.Receive(request, viewVersion);
        }
        catch (Exception exception)
        {
            MessagingLog.Failed(Log, exception, request.ToString());
            request.Settle(exception);
        }
    }

    public override void Moved(Request request, long viewVersion)
    {
        try
        {
            _target.Moved(request, viewVersion);
        }
        catch (Exception exception)
        {
            MessagingLog.Failed(Log, exception, request.ToString());
            request.Settle(exception);
        }
    }

    public override Task<byte[]> Answer(ProcessIdentity asker, ControlKind kind, ReadOnlyMemory<byte> body) =>
        _control is { } control && asker.Silo is { } silo
            ? control.Answer(silo, kind, body)
            : Task.FromException<byte[]>(new OrleansException($"{Own} answers no control messages of {asker}."));

    public override void ViewArrived(Connection connection, WireReader reader) => ViewArrivedFromGateway?.Invoke(ViewForm.Read(reader));

    public override void GrainTypesArrive(WireReader reader) => GrainTypesArrived?.Invoke(GrainTypesForm.Read(reader));

    public override void OnOpened(Connection connection)
    {
        Instruments.SocketsOpened.Add(1);
        lock (_measured) _measured.Add(connection);
    }

    public override void OnClosed(Connection connection)
    {
        lock (_measured)
        {
            if (_measured.Remove(connection))
            {
                Instruments.SocketsClosed.Add(1);
                _past += connection.Traffic;
            }
        }

        if (_accepted.TryRemove(connection, out _))
        {
            if (connection.Peer.Silo is null) ForgetClient(connection);
            return;
        }

        if (connection.Peer.Silo is { } silo && !_stopping.IsCancellationRequested) ConnectionLost?.Invoke(silo);
    }

    /// <summary>Connects with a silo and introduces this process.</summary>
    internal async Task<Connection> Connect(SiloAddress silo)
    {
        using var patience = new CancellationTokenSource(Options.OpenConnectionTimeout, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _stopping.Token);
        var transport = await _transport.Connections.ConnectAsync(silo.Endpoint, either.Token);
        try
        {
            var found = await Handshake.Introduce(transport.Transport, Own, silo, either.Token);
            var address = silo.Generation == 0 ? SiloAddress.New(silo.Endpoint, found.Generation) : silo;
            var connection = new Connection(this, transport, new ProcessIdentity(Own.ClusterId, Own.ServiceId, address, default));
            MessagingLog.Connected(Log, connection.Peer);
            connection.Start();
            return connection;
        }
        catch
        {
            transport.Abort();
            await transport.DisposeAsync();
            throw;
        }
    }

    /// <summary>A request found no connection, so nobody has run it.</summary>
    internal void NotSent(Request request, string reason)
    {
        if (_stopping.IsCancellationRequested || request.IsOneWay) Fail(Log, request, reason);
        else _target.NotSent(request, reason);
    }

    internal static void Fail(ILogger log, Request request, string reason)
    {
        request.Queue = null;
        if (request.IsOneWay) MessagingLog.OneWayLost(log, request.ToString(), reason);
        request.Settle(new SiloUnavailableException(reason));
    }

    private PeerLink[] Links(SiloAddress silo)
    {
        if (_links.TryGetValue(silo, out var known)) return known;
        var made = new PeerLink[Options.ConnectionsPerEndpoint];
        for (var i = 0; i < made.Length; i++) made[i] = new PeerLink(this, silo);
        return _links.GetOrAdd(silo, made);
    }

    private void Sweep()
    {
        foreach (var connection in Connections) connection.Sweep();
    }
}
