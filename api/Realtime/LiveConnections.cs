using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansSocial.Identity;

namespace OrleansSocial.Realtime;

/// <summary>Every live connection of this node: renews their leases, and closes them when their session ends or the node stops.</summary>
/// <remarks>
/// A person's grain forgets its connections when it moves to another silo, and a silo that dies takes pushes along that it had not
/// sent. When the silos of the cluster change all connections renew at once, and those whose grain has moved read from their cursor
/// what they may have missed. A moment later, when every silo has heard of the change and grains have settled, all of them do.
/// </remarks>
internal sealed partial class LiveConnections : BackgroundService, ILiveConnections
{
    private const int RenewsAtOnceMax = 64;
    private static readonly TimeSpan s_stopMoment = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_settleMoment = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<ConnectionId, LiveConnection> _all = new();
    private readonly LiveNode _node;
    private readonly IEndedSessions _ended;
    private readonly IHostApplicationLifetime _process;
    private readonly Bell _silosChanged;

    /// <summary>Listens for sessions that end and silos that change.</summary>
    public LiveConnections(LiveNode node, IEndedSessions ended, NodeNews news, IHostApplicationLifetime process)
    {
        (_node, _ended, _process, _silosChanged) = (node, ended, process, new Bell(node.Clock));
        Subscription = ended.Subscribe(CloseSession);
        news.Subscribe(NewsTopic.Silos, _silosChanged.Ring);
    }

    private IDisposable Subscription { get; }

    /// <inheritdoc/>
    public int Count => _all.Count;

    /// <summary>Adds a connection. One whose session has ended already, or that comes while the node stops, is closed at once.</summary>
    public void Add(LiveConnection connection)
    {
        _all[connection.Id] = connection;
        if (_ended.Contains(connection.Caller.Session)) connection.Close(RealtimeRefusals.SessionEnded.Code);
        if (_process.ApplicationStopping.IsCancellationRequested) connection.Close(RealtimeRefusals.NodeStopping.Code);
    }

    /// <summary>Removes a connection and tells its person's grain.</summary>
    public async Task Remove(LiveConnection connection)
    {
        _all.TryRemove(connection.Id, out _);
        try
        {
            await connection.Detach();
        }
        catch (Exception fault)
        {
            // The lease ends by itself.
            LogNotDetached(_node.Log, fault.Message);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        Subscription.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stopping = _process.ApplicationStopping.Register(CloseAll);
        await Task.WhenAll(Tick(stoppingToken), FollowSilos(stoppingToken));
    }

    private async Task Tick(CancellationToken stopping)
    {
        using var seconds = new PeriodicTimer(TimeSpan.FromSeconds(1), _node.Clock);
        try
        {
            for (var second = 0; await seconds.WaitForNextTickAsync(stopping); second++) RenewSome(second);
        }
        catch (OperationCanceledException)
        {
            // The node stops; so do the renewals.
        }
    }

    // Renewals are spread over the seconds by the connection's id, so that they come as a trickle and not as a wave.
    private void RenewSome(int second)
    {
        foreach (var (id, connection) in _all)
        {
            var share = (uint)id.GetHashCode();
            if ((share + second) % _node.Options.RenewSeconds != 0) continue;
            _ = Renew(connection, watches: (share + second) % _node.Options.WatchRenewSeconds < _node.Options.RenewSeconds);
        }
    }

    private async Task FollowSilos(CancellationToken stopping)
    {
        try
        {
            for (var unsettled = false; ;)
            {
                unsettled = await _silosChanged.Wait(unsettled ? s_settleMoment : Timeout.InfiniteTimeSpan, stopping);
                if (_all.IsEmpty) continue;

                if (unsettled) LogSilosChanged(_node.Log, _all.Count);
                await Parallel.ForEachAsync(
                    _all.Values,
                    new ParallelOptions { MaxDegreeOfParallelism = RenewsAtOnceMax, CancellationToken = stopping },
                    async (connection, _) => await Renew(connection, watches: !unsettled, behind: !unsettled));
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    private async Task Renew(LiveConnection connection, bool watches, bool behind = false)
    {
        try
        {
            await connection.Renew(watches, behind);
        }
        catch (Exception fault)
        {
            // The next renewal comes in time: a lease lasts longer than two of them.
            LogNotRenewed(_node.Log, fault.Message);
        }
    }

    private void CloseSession(SessionId session)
    {
        foreach (var (_, connection) in _all)
            if (connection.Caller.Session == session)
                connection.Close(RealtimeRefusals.SessionEnded.Code);
    }

    // The hub's own stop follows at once and drops what is not on the wire yet, so the clients get a moment to hear and go.
    private void CloseAll()
    {
        foreach (var (_, connection) in _all) connection.Close(RealtimeRefusals.NodeStopping.Code);
        SpinWait.SpinUntil(() => _all.IsEmpty, s_stopMoment);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The silos of the cluster changed; {Count} live connections are attached anew")]
    private static partial void LogSilosChanged(ILogger log, int count);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A lease was not renewed: {Cause}")]
    private static partial void LogNotRenewed(ILogger log, string cause);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A connection was not detached: {Cause}")]
    private static partial void LogNotDetached(ILogger log, string cause);
}
