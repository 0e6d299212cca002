using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>The reminders of one slice of the hashes of grains. Key: the number of the slice.</summary>
[Alias("sys.IReminderSlice")]
internal interface IReminderSlice : IGrainWithIntegerKey
{
    /// <summary>Reads the table if that was not done or is too long ago. Calling it keeps the slice running.</summary>
    Task LookAfter();

    /// <summary>Stores a reminder and runs it; returns its version.</summary>
    Task<string> Register(ReminderEntry entry);

    /// <summary>Removes a reminder of that version; false when it has another one.</summary>
    Task<bool> Unregister(GrainId grain, string reminderName, string etag);

    /// <summary>The time of a reminder has come.</summary>
    [OneWay, AlwaysInterleave]
    Task Wake();
}

/// <summary>
/// Runs the reminders of one slice. The slices are grains, so that the cluster spreads them over its silos, moves them when silos
/// come and go, and never runs one twice: a reminder ticks in one place.
/// </summary>
/// <remarks>
/// Invariants:
/// 1. A row that this slice wrote is scheduled in the version written last: changes of the table wait for each other.
/// 2. The ticks of one reminder never overlap, and ticks that were missed are left out.
/// </remarks>
[GrainType("sys.reminders"), KeepAlive]
internal sealed partial class ReminderSliceGrain(
    IReminderTable table, ReminderClock clock, IOptions<ReminderOptions> options, ILogger<ReminderSliceGrain> log)
    : Grain, IReminderSlice
{
    /// <summary>How many slices there are: enough to spread over every silo of a large cluster.</summary>
    public const int Count = 32;

    private static readonly TimeSpan s_longestWait = TimeSpan.FromDays(1);

    private readonly ReminderSchedule _schedule = new();
    private IReminderSlice? _self;
    private ITimer? _timer;
    private DateTime? _readAt;
    private bool _ended;

    private uint Slice => (uint)this.GetPrimaryKeyLong();

    /// <summary>The slice that runs a grain's reminders.</summary>
    public static int Of(GrainId grain) => (int)(grain.GetUniformHashCode() / Width);

    private static uint Width => (uint)((1L << 32) / Count);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _self = this.AsReference<IReminderSlice>();
        _timer = clock.Time.CreateTimerWithoutFlow(
            static self => ((IReminderSlice)self!).Wake().Ignore(), _self, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _ended = true;
        _timer?.Dispose();
        return Task.CompletedTask;
    }

    public async Task LookAfter()
    {
        var now = clock.Now;
        if (_readAt is { } last && now - last < options.Value.RefreshReminderListPeriod) return;
        var begin = unchecked((Slice * Width) - 1);
        var rows = await table.ReadRows(begin, unchecked(begin + Width));
        var gone = _schedule.Names.Except(rows.Reminders.Select(r => (r.GrainId, r.ReminderName))).ToList();
        foreach (var (grain, name) in gone) _schedule.Remove(grain, name);
        foreach (var row in rows.Reminders) _schedule.Set(row, now, isNew: false);
        _readAt = now;
        Arm();
    }

    public async Task<string> Register(ReminderEntry entry)
    {
        entry.ETag = await table.UpsertRow(entry);
        _schedule.Set(entry, clock.Now, isNew: true);
        Arm();
        return entry.ETag;
    }

    public async Task<bool> Unregister(GrainId grain, string reminderName, string etag)
    {
        if (!await table.RemoveRow(grain, reminderName, etag)) return false;
        _schedule.Remove(grain, reminderName);
        return true;
    }

    public Task Wake()
    {
        var now = clock.Now;
        while (!_ended && _schedule.TakeDue(now) is { } due) Tick(due, now).Ignore();
        Arm();
        return Task.CompletedTask;
    }

    private async Task Tick(ReminderSchedule.Scheduled due, DateTime now)
    {
        var entry = due.Entry;
        try
        {
            await GrainFactory.GetGrain<IRemindable>(entry.GrainId)
                .ReceiveReminder(entry.ReminderName, new TickStatus(entry.StartAt, entry.Period, now));
            Instruments.ReminderTicks.Add(1);
        }
        catch (Exception exception)
        {
            LogTickFailed(exception, entry.ReminderName, entry.GrainId);
        }

        _schedule.Done(due, clock.Now);
        Arm();
    }

    private void Arm()
    {
        if (_ended) return;
        var wait = _schedule.NextDue is { } due ? due - clock.Now : Timeout.InfiniteTimeSpan;
        if (wait > s_longestWait) wait = s_longestWait;
        else if (wait > TimeSpan.Zero) wait = TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
        else if (wait != Timeout.InfiniteTimeSpan) wait = TimeSpan.Zero;
        _timer?.Change(wait, Timeout.InfiniteTimeSpan);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The tick of reminder {Reminder} failed in {Grain}; the next one comes on schedule.")]
    private partial void LogTickFailed(Exception exception, string reminder, GrainId grain);
}
