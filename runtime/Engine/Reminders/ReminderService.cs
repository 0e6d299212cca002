using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Timers;

namespace Orleans.Bundled;

/// <summary>The clock of reminders: the time provider of that name if there is one, else that of everything.</summary>
internal sealed class ReminderClock(TimeProvider time)
{
    /// <summary>The key under which a time provider of reminders may be registered.</summary>
    public const string Name = "Orleans.Reminders";

    public TimeProvider Time => time;

    public DateTime Now => time.GetUtcNow().UtcDateTime;
}

/// <summary>A handle of a reminder: the row, and the version of it that the holder knows.</summary>
[GenerateSerializer, Immutable, Alias("sys.reminder")]
internal sealed record GrainReminder([property: Id(0)] GrainId Grain, [property: Id(1)] string ReminderName, [property: Id(2)] string ETag)
    : IGrainReminder;

/// <summary>Checks what grains ask for, and takes it to the slice that runs the grain's reminders.</summary>
internal sealed class ReminderRegistry(
    IGrainFactory grains, IReminderTable table, ReminderClock clock, IOptions<ReminderOptions> options) : IReminderRegistry
{
    public async Task<IGrainReminder> RegisterOrUpdateReminder(
        GrainId callingGrainId, string reminderName, TimeSpan dueTime, TimeSpan period)
    {
        CheckTime(dueTime, nameof(dueTime));
        CheckTime(period, nameof(period));
        if (period < options.Value.MinimumReminderPeriod)
        {
            throw new ArgumentException(
                $"Reminder '{reminderName}' of {callingGrainId} asks for a period of {period}; {nameof(ReminderOptions)}."
                + $"{nameof(ReminderOptions.MinimumReminderPeriod)} is {options.Value.MinimumReminderPeriod}.",
                nameof(period));
        }

        ArgumentException.ThrowIfNullOrEmpty(reminderName);
        CheckContext();
        var now = clock.Now;
        var entry = new ReminderEntry
        {
            GrainId = callingGrainId,
            ReminderName = reminderName,
            StartAt = dueTime < DateTime.MaxValue - now ? now + dueTime : throw new ArgumentOutOfRangeException(nameof(dueTime), dueTime, "The time is out of all calendars."),
            Period = period,
        };
        return new GrainReminder(callingGrainId, reminderName, await Slice(callingGrainId).Register(entry));
    }

    public async Task UnregisterReminder(GrainId callingGrainId, IGrainReminder reminder)
    {
        ArgumentNullException.ThrowIfNull(reminder);
        CheckContext();
        if (reminder is not GrainReminder handle)
            throw new ArgumentException("Give the handle that the reminder service returned.", nameof(reminder));
        if (!await Slice(handle.Grain).Unregister(handle.Grain, handle.ReminderName, handle.ETag))
        {
            throw new ReminderException(
                $"Reminder '{handle.ReminderName}' of {handle.Grain} was changed or removed since its handle of version {handle.ETag} was got. "
                + $"Call {nameof(GetReminder)} for a new one.");
        }
    }

    public async Task<IGrainReminder> GetReminder(GrainId callingGrainId, string reminderName)
    {
        ArgumentException.ThrowIfNullOrEmpty(reminderName);
        CheckContext();
        return await table.ReadRow(callingGrainId, reminderName) is { } row ? Handle(row) : null!;
    }

    public async Task<List<IGrainReminder>> GetReminders(GrainId callingGrainId)
    {
        CheckContext();
        var rows = await table.ReadRows(callingGrainId);
        return [.. rows.Reminders.Select(Handle)];
    }

    private static GrainReminder Handle(ReminderEntry row) => new(row.GrainId, row.ReminderName, row.ETag);

    private static void CheckTime(TimeSpan time, string parameter)
    {
        if (time == Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(parameter, time, "A reminder that never comes cannot be registered.");
        if (time < TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(parameter, time, "A reminder's times are not negative.");
    }

    private static void CheckContext()
    {
        if (RuntimeContext.Current is null)
            throw new InvalidOperationException("Reminders belong to grains: they are registered and read on a turn of a grain only.");
    }

    private IReminderSlice Slice(GrainId grain) => grains.GetGrain<IReminderSlice>(ReminderSliceGrain.Of(grain));
}

/// <summary>Starts the table with the silo, and keeps the slices that this silo owns running.</summary>
internal sealed partial class ReminderService(
    IServiceProvider services,
    IReminderTable table,
    IGrainFactory grains,
    ReminderClock clock,
    IOptions<ReminderOptions> options,
    ILogger<ReminderService> log) : ILifecycleParticipant<ISiloLifecycle>
{
    // A slice whose silo died or whose table could not be read is looked after again that soon.
    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(5);

    private readonly IClusterAgent? _agent = (IClusterAgent?)services.GetService(typeof(IClusterAgent));
    private ITimer? _timer;

    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe<ReminderService>(ServiceLifecycleStage.ApplicationServices, StartTable, table.StopAsync);
        lifecycle.Subscribe<ReminderService>(ServiceLifecycleStage.Active, StartRounds, StopRounds);
    }

    private async Task StartTable(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Value.InitializationTimeout);
        await table.StartAsync(limit.Token);
    }

    private Task StartRounds(CancellationToken cancellationToken)
    {
        _timer = clock.Time.CreateTimerWithoutFlow(static self => ((ReminderService)self!).LookAfterAll(), this, s_round, s_round);
        if (_agent is not null) _agent.ViewChanged += OnViewChanged;
        LookAfterAll();
        return Task.CompletedTask;
    }

    private Task StopRounds(CancellationToken cancellationToken)
    {
        if (_agent is not null) _agent.ViewChanged -= OnViewChanged;
        _timer?.Dispose();
        return Task.CompletedTask;
    }

    // Off the agent's thread: a call of a grain asks the agent in turn.
    private void OnViewChanged(ClusterView view) =>
        ThreadPool.UnsafeQueueUserWorkItem(static self => self.LookAfterAll(), this, preferLocal: false);

    private void LookAfterAll()
    {
        for (var i = 0; i < ReminderSliceGrain.Count; i++)
        {
            var slice = grains.GetGrain<IReminderSlice>(i);
            if (_agent is null || _agent.View.OwnerOf(slice.GetGrainId())?.Address.Equals(_agent.Self) == true) LookAfter(slice).Ignore();
        }
    }

    private async Task LookAfter(IReminderSlice slice)
    {
        try
        {
            await slice.LookAfter();
        }
        catch (Exception exception)
        {
            LogNotLookedAfter(exception, slice.GetPrimaryKeyLong());
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The reminders of slice {Slice} could not be read; it is tried again soon.")]
    private partial void LogNotLookedAfter(Exception exception, long slice);
}
