using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansSocial.Identity;

namespace OrleansSocial.Realtime;

/// <summary>Every live connection of this node, waiting polls included: closes them when their session ends or the node stops, and looks after them each second.</summary>
internal sealed partial class LiveConnections : BackgroundService, ILiveConnections
{
    private static readonly TimeSpan s_stopMoment = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<ConnectionId, ILiveEnd> _all = new();
    private readonly LiveNode _node;
    private readonly LivePeople _people;
    private readonly IEndedSessions _ended;
    private readonly IHostApplicationLifetime _process;

    /// <summary>Listens for sessions that end, and for what may have been missed.</summary>
    public LiveConnections(LiveNode node, LivePeople people, NodeWord word, IEndedSessions ended, IHostApplicationLifetime process)
    {
        (_node, _people, _ended, _process) = (node, people, ended, process);
        Subscription = ended.Subscribe(CloseSession);
        word.Missed += () => RenewWatched(_ => true, certain: false);
    }

    private IDisposable Subscription { get; }

    /// <inheritdoc/>
    public int Count => _all.Count;

    /// <summary>Adds a connection. One whose session has ended already, or that comes while the node stops, is closed at once.</summary>
    public void Add(ILiveEnd connection)
    {
        _all[connection.Id] = connection;
        if (_ended.Contains(connection.Caller.Session)) connection.Close(RealtimeRefusals.SessionEnded.Code);
        if (_process.ApplicationStopping.IsCancellationRequested) connection.Close(RealtimeRefusals.NodeStopping.Code);
    }

    /// <summary>Removes a connection.</summary>
    public void Remove(ILiveEnd connection) => _all.TryRemove(connection.Id, out _);

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
        using var seconds = new PeriodicTimer(TimeSpan.FromSeconds(1), _node.Clock);
        try
        {
            for (var second = 0; await seconds.WaitForNextTickAsync(stoppingToken); second++)
            {
                // Spread by the connection's id, so that questions come as a trickle and not as a wave.
                var now = second;
                RenewWatched(id => ((uint)id.GetHashCode() + now) % _node.Options.WatchRenewSeconds == 0, certain: true);
                CloseThoseDue();
                _people.CompareThoseDue();
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops; so does this.
        }
    }

    private void RenewWatched(Predicate<ConnectionId> which, bool certain)
    {
        foreach (var (id, end) in _all)
            if (end is LiveConnection { Watched.People.Count: > 0 } connection && which(id))
                _ = RenewWatched(connection, certain);
    }

    private async Task RenewWatched(LiveConnection connection, bool certain)
    {
        try
        {
            await connection.RenewWatched(certain);
        }
        catch (Exception fault)
        {
            // The next renewal comes in time.
            LogNotRenewed(_node.Log, fault.Message);
        }
    }

    private void CloseThoseDue()
    {
        var now = _node.Clock.GetUtcNow();
        foreach (var (_, end) in _all)
        {
            if (end.Caller.ExpiresAt <= now) end.Close(RealtimeRefusals.TokenEnded.Code);
            else if (end is LiveConnection { IsSilent: true }) end.Close(RealtimeRefusals.Silent.Code);
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

    [LoggerMessage(Level = LogLevel.Debug, Message = "It was not asked whether watched people are here: {Cause}")]
    private static partial void LogNotRenewed(ILogger log, string cause);
}
