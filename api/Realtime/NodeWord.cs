using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrleansSocial.Realtime;

/// <summary>What came of a word that was given.</summary>
/// <param name="Complete">Every silo has it.</param>
/// <param name="Totals">For each key that has changed how many connections of the cluster hear it.</param>
internal sealed record Heeded(bool Complete, IReadOnlyDictionary<Guid, int> Totals);

/// <summary>Gives the silos word of what this node's connections hear: when it changes, and from time to time that it has not.</summary>
/// <remarks>Invariants:
/// 1. One change is under way at a time, numbered after the one before; what changes meanwhile makes the next one.
/// 2. A silo that does not know how this node stands is told all, and then nobody here is sure to have heard everything.
/// 3. A word that failed counts as told: whoever has not got it says so at the next.</remarks>
internal sealed partial class NodeWord(LiveNode node, NodeNews news, IHostApplicationLifetime process, IServiceProvider services) : BackgroundService
{
    private static readonly TimeSpan s_retryPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_settleMoment = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Bell _bell = new(node.Clock);
    private readonly NodeId _id = Ids.New<NodeId>(node.Clock);
    private readonly SiloAddress? _silo = (services.GetService(typeof(ILocalSiloDetails)) as ILocalSiloDetails)?.SiloAddress;
    private readonly Dictionary<Guid, Interest> _told = [];
    private Dictionary<Guid, Interest> _changed = [];
    private TaskCompletionSource<Heeded> _next = NewWord();
    private INodeEar? _ear;
    private LiveNodeAddress? _me;
    private long _number;
    private SiloAddress? _home;
    private long _silosChangedAt;
    private volatile bool _unsettled;

    /// <summary>What happened may have been missed by everybody here.</summary>
    public event Action? Missed;

    /// <summary>Says who hears what the silos tell.</summary>
    public void Speak(INodeEar ear) => _ear = ear;

    /// <summary>Whoever passes this node's word on.</summary>
    public INodesGrain Nodes => node.Grains.GetGrain<INodesGrain>(StatelessKey.Of(_id.Value));

    /// <summary>Gives word that so many connections hear what happens under these keys from now on.</summary>
    /// <returns>Once the silos have it. Fails when none could be told.</returns>
    public Task<Heeded> Give(IReadOnlyCollection<Interest> interests)
    {
        lock (_gate)
        {
            foreach (var interest in interests) _changed[interest.Key] = interest;
            _bell.Ring();
            return _next.Task;
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        news.Subscribe(NewsTopic.Silos, SilosChanged);
        try
        {
            for (var failing = false; ;)
            {
                failing = !await GiveNext(failing);
                if (failing) await Task.Delay(s_retryPause, node.Clock, stoppingToken);
                else await _bell.Wait(PauseNow(), stoppingToken);
                if (!failing) Settle();
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops; the silos forget it with its silo, or with its lease.
        }
    }

    private TimeSpan PauseNow() => _unsettled ? s_settleMoment : TimeSpan.FromSeconds(node.Options.RenewSeconds);

    private void SilosChanged()
    {
        Volatile.Write(ref _silosChangedAt, node.Clock.GetTimestamp());
        _unsettled = true;
        _bell.Ring();
    }

    // A silo that dies takes along what it had not told. Once grains have settled elsewhere all is read that it had stored.
    private void Settle()
    {
        if (!_unsettled || node.Clock.GetElapsedTime(Volatile.Read(ref _silosChangedAt)) < s_settleMoment) return;
        _unsettled = false;
        if (_told.Count > 0) LogSilosChanged(node.Log);
        Missed?.Invoke();
    }

    private async Task<bool> GiveNext(bool failedBefore)
    {
        TaskCompletionSource<Heeded> word;
        Dictionary<Guid, Interest> changed;
        lock (_gate) (word, _next, changed, _changed) = (_next, NewWord(), _changed, []);

        var from = _number;
        if (changed.Count > 0 || from == 0) _number++;
        foreach (var (key, interest) in changed)
        {
            if (interest.Count > 0) _told[key] = interest;
            else _told.Remove(key);
        }

        try
        {
            Interest[] changes = [.. changed.Values];
            var me = _me ??= new(_id, _silo, node.Grains.CreateObjectReference<INodeEar>(_ear ?? throw new InvalidOperationException("Nobody hears what the silos tell.")));
            var standing = await Nodes.Change(new(me, from, _number, changes));
            if (standing.Behind.Count > 0) await Nodes.Enrol(new(me, _number, [.. _told.Values]), standing.Behind);
            word.SetResult(new(standing.Complete, changes.Zip(standing.Totals).ToDictionary(one => one.First.Key, one => one.Second)));
            if (standing.Behind.Count > 0 || failedBefore || (_home is not null && !standing.Home.Equals(_home))) Missed?.Invoke();
            _home = standing.Home;
            return true;
        }
        catch (Exception fault)
        {
            if (!failedBefore && !process.ApplicationStopping.IsCancellationRequested) LogNotTold(node.Log, fault.Message);
            word.SetException(fault);
            _ = word.Task.Exception;
            return false;
        }
    }

    private static TaskCompletionSource<Heeded> NewWord() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(Level = LogLevel.Information, Message = "The silos of the cluster changed; what the people here may have missed is read")]
    private static partial void LogSilosChanged(ILogger log);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No silo could be told of the live connections here; trying again until one is: {Cause}")]
    private static partial void LogNotTold(ILogger log, string cause);
}

/// <summary>Spreads what grains without a state of their own are asked over the silos: their keys mean nothing.</summary>
internal static class StatelessKey
{
    private const int Keys = 64;

    /// <summary>A key, always the same for the same asker.</summary>
    public static long Of(Guid asker) => (uint)asker.GetHashCode() % Keys;
}
