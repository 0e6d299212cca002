using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Bundled;
using Orleans.Configuration;

namespace Orleans.Conformance.Messaging;

/// <summary>A silo of one process, and a process without grains that calls it over a transport.</summary>
internal sealed class RemoteSilo : IAsyncDisposable
{
    private static int s_port = 20_000;

    private RemoteSilo(IHost host, MessageCenter silo, Caller caller, MemoryTransport? network, SiloAddress address, Lines lines)
    {
        (Host, Silo, Caller, Network, Address, Log) = (host, silo, caller, network, address, lines);
    }

    public IHost Host { get; }

    public MessageCenter Silo { get; }

    public Caller Caller { get; }

    public MemoryTransport? Network { get; }

    public SiloAddress Address { get; }

    public Lines Log { get; }

    public static async Task<RemoteSilo> Start(
        bool tcp = false, Action<ISiloBuilder>? configure = null, IControlHandler? control = null, IClusterAgent? agent = null,
        TimeSpan? callerPatience = null, Transport? siloTransport = null, Transport? callerTransport = null,
        ConnectionOptions? options = null)
    {
        var host = new HostBuilder()
            .UseOrleans(silo =>
            {
                // The host's own connections are of no interest, and take no port.
                silo.Services.AddSingleton(new MemoryTransport().Transport);
                silo.UseLocalhostClustering();
                configure?.Invoke(silo);
            })
            .ConfigureLogging(l => l.ClearProviders())
            .Build();
        await host.StartAsync();
        var network = tcp ? null : new MemoryTransport();
        var transport = network?.Transport ?? SocketTransport.Create(NullLoggerFactory.Instance);
        var address = SiloAddress.New(IPAddress.Loopback, tcp ? FreePort() : Interlocked.Increment(ref s_port), 7);
        var engine = host.Services.GetRequiredService<GrainEngine>();
        var lines = new Lines();
        options ??= new ConnectionOptions();
        var silo = new MessageCenter(
            new ProcessIdentity("c", "s", address, engine.ClientId), siloTransport ?? transport, options,
            new SiloMessagingOptions(), host.Services, lines);
        silo.Attach(engine, engine.References, new EngineTarget(engine), control, agent);
        await silo.ListenForSilos(address.Endpoint, default);
        var caller = new Caller(host.Services, callerTransport ?? transport, address, callerPatience ?? TimeSpan.FromSeconds(20), options);
        return new RemoteSilo(host, silo, caller, network, address, lines);
    }

    public static int FreePort()
    {
        using var listener = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)listener.LocalEndPoint!).Port;
    }

    public T Grain<T>(string key)
        where T : IGrainWithStringKey
    {
        var local = Host.Services.GetRequiredService<IGrainFactory>().GetGrain<T>(key).GetGrainId();
        return (T)(object)Caller.References.Create(local.Type, typeof(T), local.Key);
    }

    public async ValueTask DisposeAsync()
    {
        await Caller.DisposeAsync();
        await Silo.DisposeAsync();
        await Host.StopAsync();
        Host.Dispose();
    }

    private sealed class EngineTarget(GrainEngine engine) : IMessageTarget
    {
        public void Receive(Request request, long viewVersion) => engine.Route(request);

        public void Moved(Request request, long viewVersion) => request.Settle(new InvalidOperationException("Nothing moves here."));

        public void NotSent(Request request, string reason) => request.Settle(new SiloUnavailableException(reason));
    }
}

/// <summary>A process that has no grains of its own and sends every call to one silo.</summary>
internal sealed class Caller : CallRouter, IMessageTarget, IAsyncDisposable
{
    private readonly SiloAddress _silo;
    private static int s_generation = 100;

    public Caller(IServiceProvider services, Transport transport, SiloAddress silo, TimeSpan patience, ConnectionOptions options)
        : base(new CallClock(TimeProvider.System, patience))
    {
        _silo = silo;
        References = new ReferenceFactory(this);
        ClientId = GrainId.Create("sys.client", "caller");
        var own = SiloAddress.New(IPAddress.Loopback, 1, Interlocked.Increment(ref s_generation));
        Center = new MessageCenter(
            new ProcessIdentity("c", "s", own, ClientId), transport, options, new SiloMessagingOptions(), services, NullLogger.Instance);
        Center.Attach(this, References, this, null, null);
    }

    public MessageCenter Center { get; }

    public ReferenceFactory References { get; }

    public ConcurrentQueue<(Request Request, long Version)> MovedCalls { get; } = [];

    public override void Route(Request request) => Center.Send(request, _silo, 5, FrameFlags.None);

    public override GrainReference CreateReference(GrainId grainId, Type interfaceType) =>
        References.Create(grainId.Type, interfaceType, grainId.Key);

    public void Receive(Request request, long viewVersion) => request.Settle(new InvalidOperationException("Nobody calls the caller."));

    public void NotSent(Request request, string reason) => request.Settle(new SiloUnavailableException(reason));

    public void Moved(Request request, long viewVersion)
    {
        MovedCalls.Enqueue((request, viewVersion));
        Center.Send(request, _silo, viewVersion, FrameFlags.None);
    }

    public async ValueTask DisposeAsync()
    {
        await Center.DisposeAsync();
        Clock.Dispose();
    }
}

/// <summary>Keeps what was logged.</summary>
internal sealed class Lines : ILogger
{
    public ConcurrentQueue<string> All { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        All.Enqueue($"{logLevel}: {formatter(state, exception)}");
}
