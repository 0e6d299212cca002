using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OrleansSocial.Kernel;

/// <summary>A part of a subscriber. Key: name and part.</summary>
/// <remarks>Invariants:
/// 1. The effects of an event and the position behind it are one transaction: an event whose effects are stored is never handled again,
///    and one whose effects are not is.
/// 2. Of two activations that both believe to own the part one moves the position; the other's transaction ends without effects.
/// 3. An event that fails holds only its own topic, and no longer than its attempts last.</remarks>
internal sealed partial class SubscriberGrain(
    Subscriptions subscriptions,
    SubscriberStore store,
    EventLog log,
    EventCatalog catalog,
    Database database,
    GroupCommit writer,
    WriteFence fence,
    SubscriberMetrics metrics,
    LogPace pace,
    IOptions<EventOptions> options,
    TimeProvider clock,
    ILogger<SubscriberGrain> logger) : Grain, ISubscriberGrain
{
    private static readonly TimeSpan s_roundMax = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_idleMax = TimeSpan.FromMinutes(10);

    private readonly HeldTopics _held = new(options.Value);
    private SubscriberPart _part;
    private Subscription _subscription = null!;
    private EventProgress? _progress;
    private IGrainTimer? _retry;
    private DateTimeOffset _storedAt;
    private int _heldBack;
    private bool _woken;
    private bool _running;
    private bool _ended;
    private bool _oneByOne;
    private bool _failing;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _part = SubscriberPart.Parse(this.GetPrimaryKeyString());
        if (!subscriptions.ByName.TryGetValue(_part.Subscriber, out var subscription)) throw new InvalidOperationException($"This version has no subscriber {_part.Subscriber}.");

        (_subscription, _storedAt) = (subscription, clock.GetUtcNow());
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _ended = true;
        metrics.Forget(_part);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task Wake()
    {
        _woken = true;
        if (!_running) _ = Run();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<Outcome<Done>> Replay(Guid id)
    {
        if ((await store.ReadParked(_part.Subscriber, id, 1)).FirstOrDefault() is not { } parked || SubscriberPart.Of(parked.Topic) != _part.Number) return EventRefusals.NotParked;

        var effects = new Effects();
        try
        {
            var happened = catalog.Find(parked.Alias)?.Read(parked.Data) ?? throw new InvalidOperationException($"This version has no event {parked.Alias}.");
            await _subscription.Handle(new(EventPlace.Start, parked.Id, parked.At, happened), effects);
            effects.Add(SubscriberStore.Unparked, (parked.Subscriber, parked.Id));
            if (await writer.TryStore(effects)) return Done.Instance;
            throw new InvalidOperationException("PostgreSQL refused what the handler wants stored, or the event is handled by another's doing.");
        }
        catch (Exception fault)
        {
            await writer.Store(SubscriberStore.Parked, parked with { Attempts = parked.Attempts + 1, Error = TextRules.Describe(fault) });
            return EventRefusals.FailedAgain;
        }
    }

    private async Task Run()
    {
        _running = true;
        try
        {
            while (_woken && !_ended)
            {
                _woken = false;
                _progress ??= new(await store.Load(_part, fence), options.Value.AheadEventsMax);
                if (await Round(_progress)) _woken = true;
                _failing = false;
            }
        }
        catch (Exception fault)
        {
            // Once an outage: the log is read again when the next poll wakes this part.
            if (!_failing) LogFailing(_part.Key, fault.GetBaseException().Message);
            (_failing, _progress) = (true, null);
        }
        finally
        {
            _running = false;
            ScheduleRetry();
        }
    }

    /// <summary>Handles what the log has from the position on. True when there is more to be done at once.</summary>
    private async Task<bool> Round(EventProgress progress)
    {
        var batchMax = _oneByOne ? 1 : options.Value.BatchEventsMax;
        var limit = batchMax + progress.AheadCount + _heldBack;
        var page = await database.Use((connection, token) => log.Read(connection, progress.Position, progress.Day, _subscription.Aliases, _part.Slots, limit, token));
        var (batch, stopped, heldBack) = (new EventBatch(), false, 0);
        var since = clock.GetTimestamp();
        foreach (var stored in page.Events.Where(stored => !progress.IsHandled(stored.Place)))
        {
            if (stopped = progress.IsFull || batch.Count >= batchMax || clock.GetElapsedTime(since) > s_roundMax) break;
            if (_held.Holds(stored, clock.GetUtcNow())) heldBack++;
            else await Handle(stored, batch, progress);
        }

        // What waits behind failed events is read over by the next round, so that what others did after it is reached.
        var reaches = heldBack > _heldBack;
        _heldBack = Math.Min(heldBack, options.Value.AheadEventsMax);

        // A place that only moves on over what others hear of is stored from time to time, so that days can go.
        var moves = batch.Count > 0 || clock.GetUtcNow() - _storedAt > s_idleMax;
        progress.Settle(page.Read, page.More || stopped, page.Horizon.Running, page.Today);
        metrics.Seen(_part, page.Events.FirstOrDefault(stored => !progress.IsHandled(stored.Place))?.At);
        if (!moves) return page.More && reaches && !progress.IsFull;
        if (await Store(batch, progress))
        {
            batch.Handled.ForEach(_held.Handled);
            (_oneByOne, _storedAt) = (_oneByOne && page.More, clock.GetUtcNow());
            return page.More || stopped;
        }

        return await Recover(progress, batch);
    }

    private async Task Handle(StoredEvent stored, EventBatch batch, EventProgress progress)
    {
        var effects = new Effects();
        try
        {
            await _subscription.Handle(stored, effects);
            batch.Add(stored, effects);
            progress.Handled(stored.Place);
        }
        catch (Exception fault)
        {
            Fail(stored, fault, batch, progress);
        }
    }

    private void Fail(StoredEvent stored, Exception fault, EventBatch batch, EventProgress progress)
    {
        if (_held.Failed(stored, clock.GetUtcNow()) is not { } attempts)
        {
            if (pace.Allows(_part.Subscriber)) LogTriedAgain(_part.Key, stored.Id, TextRules.Describe(fault));
            return;
        }

        LogParked(_part.Key, stored.Id, attempts, TextRules.Describe(fault));
        var effects = new Effects();
        effects.Add(
            SubscriberStore.Parked,
            new(_part.Subscriber, stored.Id, EventLog.AliasOf(stored.Happened), stored.Happened.Topic, StateSerializer.Text(stored.Happened), attempts, TextRules.Describe(fault), clock.GetUtcNow()));
        batch.Add(stored, effects);
        progress.Handled(stored.Place);
    }

    /// <summary>After a transaction that did not come about: reads where the part is. What failed in company is tried alone, and what failed alone counts as failed.</summary>
    private async Task<bool> Recover(EventProgress before, EventBatch batch)
    {
        var (version, fresh) = (before.Version, new EventProgress(await store.Load(_part, fence), options.Value.AheadEventsMax));
        _progress = fresh;
        if (fresh.Version != version) return true;
        if (batch.Handled is not [var only])
        {
            _oneByOne = true;
            return true;
        }

        _oneByOne = false;
        var parking = new EventBatch();
        Fail(only, new InvalidOperationException("PostgreSQL refused what the handler wants stored."), parking, fresh);
        if (parking.Count == 0) return true;
        if (!await Store(parking, fresh)) _progress = null;
        return true;
    }

    /// <summary>Stores the effects of a batch, and how far the part is, in one transaction.</summary>
    private async Task<bool> Store(EventBatch batch, EventProgress progress)
    {
        var next = progress.Next();
        batch.Effects.Add(SubscriberStore.Moved, new(_part, next));
        if (!await writer.TryStore(batch.Effects)) return false;

        progress.Stored(next);
        return true;
    }

    private void ScheduleRetry()
    {
        if (_ended || _held.NextRetry is not { } at) return;
        var delay = at - clock.GetUtcNow() is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;
        if (_retry is null) _retry = this.RegisterGrainTimer(Wake, new GrainTimerCreationOptions(delay, Timeout.InfiniteTimeSpan) { Interleave = true });
        else _retry.Change(delay, Timeout.InfiniteTimeSpan);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The subscriber {Part} cannot go on now; trying again: {Reason}")]
    private partial void LogFailing(string part, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The subscriber {Part} could not handle the event {Id}; trying again: {Reason}")]
    private partial void LogTriedAgain(string part, Guid id, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The subscriber {Part} has parked the event {Id} after {Attempts} attempts: {Reason}")]
    private partial void LogParked(string part, Guid id, int attempts, string reason);

    /// <summary>What one transaction is to store.</summary>
    private sealed class EventBatch
    {
        public Effects Effects { get; } = new();

        public List<StoredEvent> Handled { get; } = [];

        public int Count => Handled.Count;

        public void Add(StoredEvent stored, Effects effects)
        {
            Handled.Add(stored);
            Effects.Add(effects);
        }
    }
}
