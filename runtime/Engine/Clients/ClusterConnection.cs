using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Messaging;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>
/// Connects a client with its cluster when its host starts, and keeps it connected with every gateway that the view names, so that
/// calls go straight to owners and every silo reaches the client's observers.
/// </summary>
internal sealed partial class ClusterConnection : IHostedService, IAsyncDisposable
{
    private readonly ConcurrentDictionary<SiloAddress, bool> _connected = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly IServiceProvider _services;
    private readonly ClientEngine _engine;
    private readonly MessageCenter _center;
    private readonly TimeProvider _time;
    private readonly GatewayOptions _options;
    private readonly ILogger _log;
    private readonly Lock _counting = new();
    private IGatewayListProvider? _gateways;
    private int _count;
    private Task _keeping = Task.CompletedTask;

    public ClusterConnection(
        IServiceProvider services,
        ClientEngine engine,
        MessageCenter center,
        TimeProvider time,
        IOptions<GatewayOptions> options,
        ILogger<ClusterConnection> log)
    {
        (_services, _engine, _center, _time, _options, _log) = (services, engine, center, time, options.Value, log);
        center.Attach(engine, engine.References, engine, null, null);
        engine.Attach(center);
        center.ViewArrivedFromGateway += OnView;
        center.GrainTypesArrived += engine.Learn;
        center.ConnectionLost += OnLost;
    }

    /// <summary>Connects with at least one gateway.</summary>
    /// <exception cref="SiloUnavailableException">None can be reached, and no filter wants another attempt.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        ConfigurationCheck.Run(_services);
        _gateways = _services.GetRequiredService<IGatewayListProvider>();
        await _gateways.InitializeGatewayListProvider();
        var retry = _services.GetService<IClientConnectionRetryFilter>();
        while (true)
        {
            try
            {
                await Connect(cancellationToken);
                break;
            }
            catch (Exception exception) when (exception is not OrleansConfigurationException && !cancellationToken.IsCancellationRequested)
            {
                LogNotConnected(exception.Message);
                if (retry is null || !await retry.ShouldRetryConnectionAttempt(exception, cancellationToken)) throw;
            }
        }

        LogConnected(_engine.ClientId.Key, _engine.View);
        _keeping = Task.Run(Keep, CancellationToken.None);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync();
        await _keeping;
        await _center.StopAsync(cancellationToken.IsCancellationRequested ? TimeSpan.Zero : TimeSpan.FromSeconds(1));
        _engine.Clock.FailAll(static () => new SiloUnavailableException("The client has stopped."));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        _stopping.Dispose();
        _wake.Dispose();
    }

    // Connects with the first gateway that answers, and waits until it has told of the cluster.
    private async Task Connect(CancellationToken cancellation)
    {
        var gateways = (await _gateways!.GetGateways()).Select(Gateways.FromUri).ToArray();
        if (gateways.Length == 0) throw new SiloUnavailableException("The list of gateways is empty: no active silo of the cluster has a gateway.");
        Random.Shared.Shuffle(gateways);
        var reasons = new List<string>();
        foreach (var gateway in gateways)
        {
            try
            {
                var connection = await _center.Open(gateway).WaitAsync(cancellation);
                if (gateway.Generation == 0) _center.Adopt(gateway, connection.Peer.Silo!);
                await Ready(connection, cancellation);
                Note(connection.Peer.Silo!);
                return;
            }
            catch (Exception exception) when (exception is SiloUnavailableException or TimeoutException)
            {
                reasons.Add(exception.Message);
            }
        }

        throw new SiloUnavailableException($"No gateway can be reached. {string.Join(" ", reasons)}");
    }

    private async Task Ready(Connection connection, CancellationToken cancellation)
    {
        var since = _time.GetTimestamp();
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!_engine.IsReady)
        {
            if (connection.Closed.IsCompleted) throw new SiloUnavailableException($"{connection.Peer} closed the connection at once.");
            if (_time.GetElapsedTime(since) > _center.Options.OpenConnectionTimeout)
                throw new TimeoutException($"{connection.Peer} did not tell of its cluster within {_center.Options.OpenConnectionTimeout}.");
            await poll.WaitForNextTickAsync(cancellation);
        }
    }

    // Looks after the connections whenever the view or a connection changes, and again after a while as long as one is missing.
    private async Task Keep()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var complete = await ConnectAll();
                var pause = complete ? Timeout.InfiniteTimeSpan : _center.Options.ConnectionRetryDelay;
                await _wake.WaitAsync(pause, _stopping.Token);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogNotConnected(exception.Message);
                await _wake.WaitAsync(Pause(), CancellationToken.None);
            }
        }

        TimeSpan Pause() => _center.Options.ConnectionRetryDelay < _options.GatewayListRefreshPeriod
            ? _center.Options.ConnectionRetryDelay
            : _options.GatewayListRefreshPeriod;
    }

    private async Task<bool> ConnectAll()
    {
        if (_connected.IsEmpty)
        {
            _engine.ForgetView();
            await Connect(_stopping.Token);
        }

        var complete = true;
        foreach (var gateway in _engine.View.Members.Where(m => m.Status == MemberStatus.Active).Select(m => m.Gateway).OfType<SiloAddress>())
        {
            if (_connected.ContainsKey(gateway)) continue;
            try
            {
                await _center.Open(gateway).WaitAsync(_stopping.Token);
                Note(gateway);
            }
            catch (SiloUnavailableException)
            {
                // The messaging has logged it; the next look tries again.
                complete = false;
            }
        }

        return complete;
    }

    // Called on a connection's reader.
    private void OnView(ClusterView view)
    {
        var before = _engine.View;
        if (!_engine.Follow(view)) return;
        foreach (var member in before.Members)
        {
            if (member.Gateway is not { } gateway || view.Find(member.Address) is not null) continue;
            _center.Retire(gateway, member.Status == MemberStatus.Leaving, $"{member.Address} is no member of the cluster any more.");
        }

        _wake.Release();
    }

    private void OnLost(SiloAddress gateway)
    {
        // Two connections may have led to one gateway for a moment, and one be left.
        if (_center.IsConnected(gateway)) return;
        if (_connected.TryRemove(gateway, out _)) Count();
        if (!_stopping.IsCancellationRequested) _wake.Release();
    }

    private void Note(SiloAddress gateway)
    {
        _connected[gateway] = true;
        // It may have ended before it was noted, and then nobody tells again.
        if (!_center.IsConnected(gateway)) OnLost(gateway);
        else Count();
    }

    private void Count()
    {
        int before, now;
        lock (_counting)
        {
            (before, now) = (_count, _connected.Count);
            _count = now;
        }

        if (before == now || _stopping.IsCancellationRequested) return;
        foreach (var observer in _services.GetServices<IClusterConnectionStatusObserver>())
        {
            try
            {
                observer.NotifyGatewayCountChanged(now, before, before == 0);
                if (now == 0) observer.NotifyClusterConnectionLost();
            }
            catch (Exception exception)
            {
                LogObserverFailed(exception);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Client {Client} is connected with its cluster: {View}.")]
    private partial void LogConnected(IdSpan client, ClusterView view);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The client is not connected: {Reason}")]
    private partial void LogNotConnected(string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "An observer of the client's connections failed.")]
    private partial void LogObserverFailed(Exception exception);
}
