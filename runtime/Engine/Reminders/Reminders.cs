using Orleans.Runtime;

namespace Orleans
{
    /// <summary>A grain that can be reminded. Reminders outlive activations and silos; each tick activates the grain.</summary>
    public interface IRemindable : IGrain
    {
        /// <summary>
        /// A reminder is due. The call is an ordinary one: it waits its turn. A failure is logged, and the next tick comes on
        /// schedule. A tick that was on its way may still arrive after its reminder was unregistered.
        /// </summary>
        /// <param name="reminderName">The reminder.</param>
        /// <param name="status">Its schedule, and the time of this tick.</param>
        [Alias("ReceiveReminder")]
        Task ReceiveReminder(string reminderName, TickStatus status);
    }

    /// <summary>Reminders of the calling grain. Inside a grain class these are called with <c>this.</c>.</summary>
    public static class GrainReminderExtensions
    {
        /// <summary>
        /// Registers a reminder, or changes the schedule of the one of that name. It is stored when the task completes. Ticks that
        /// fall into a time when nobody can run them are left out rather than caught up.
        /// </summary>
        /// <param name="grain">The grain, which implements <see cref="IRemindable"/>.</param>
        /// <param name="reminderName">Names the reminder within the grain.</param>
        /// <param name="dueTime">Time until the first tick: zero or more.</param>
        /// <param name="period">Time between ticks: at least <see cref="Orleans.Hosting.ReminderOptions.MinimumReminderPeriod"/>.</param>
        /// <exception cref="ArgumentNullException">The name is blank.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A time is negative or infinite.</exception>
        /// <exception cref="ArgumentException">The period is shorter than the options allow.</exception>
        /// <exception cref="InvalidOperationException">The grain is no <see cref="IRemindable"/>, or the code is not on a turn of it.</exception>
        /// <exception cref="OrleansConfigurationException">The silo has no reminder service.</exception>
        public static Task<IGrainReminder> RegisterOrUpdateReminder(
            this IGrainBase grain, string reminderName, TimeSpan dueTime, TimeSpan period)
        {
            ArgumentNullException.ThrowIfNull(grain);
            if (string.IsNullOrWhiteSpace(reminderName)) throw new ArgumentNullException(nameof(reminderName));
            if (grain is not IRemindable)
            {
                throw new InvalidOperationException(
                    $"Grain {grain.GrainContext.GrainId} does not implement {nameof(IRemindable)}, which receives the ticks of its reminders.");
            }

            return Registry(grain).RegisterOrUpdateReminder(grain.GrainContext.GrainId, reminderName, dueTime, period);
        }

        /// <inheritdoc cref="RegisterOrUpdateReminder(IGrainBase, string, TimeSpan, TimeSpan)"/>
        public static Task<IGrainReminder> RegisterOrUpdateReminder(
            this Grain grain, string reminderName, TimeSpan dueTime, TimeSpan period) =>
            ((IGrainBase)grain).RegisterOrUpdateReminder(reminderName, dueTime, period);

        /// <summary>Removes a reminder.</summary>
        /// <exception cref="ReminderException">It was changed or removed since the handle was got; get a new one.</exception>
        /// <exception cref="InvalidOperationException">The code is not on a turn of the grain.</exception>
        /// <exception cref="OrleansConfigurationException">The silo has no reminder service.</exception>
        public static Task UnregisterReminder(this IGrainBase grain, IGrainReminder reminder)
        {
            ArgumentNullException.ThrowIfNull(grain);
            ArgumentNullException.ThrowIfNull(reminder);
            return Registry(grain).UnregisterReminder(grain.GrainContext.GrainId, reminder);
        }

        /// <inheritdoc cref="UnregisterReminder(IGrainBase, IGrainReminder)"/>
        public static Task UnregisterReminder(this Grain grain, IGrainReminder reminder) => ((IGrainBase)grain).UnregisterReminder(reminder);

        /// <summary>The reminder of that name; null when there is none.</summary>
        /// <exception cref="ArgumentNullException">The name is blank.</exception>
        /// <exception cref="InvalidOperationException">The code is not on a turn of the grain.</exception>
        /// <exception cref="OrleansConfigurationException">The silo has no reminder service.</exception>
        public static Task<IGrainReminder> GetReminder(this IGrainBase grain, string reminderName)
        {
            ArgumentNullException.ThrowIfNull(grain);
            if (string.IsNullOrWhiteSpace(reminderName)) throw new ArgumentNullException(nameof(reminderName));
            return Registry(grain).GetReminder(grain.GrainContext.GrainId, reminderName);
        }

        /// <inheritdoc cref="GetReminder(IGrainBase, string)"/>
        public static Task<IGrainReminder> GetReminder(this Grain grain, string reminderName) => ((IGrainBase)grain).GetReminder(reminderName);

        /// <summary>All reminders of the grain.</summary>
        /// <exception cref="InvalidOperationException">The code is not on a turn of the grain.</exception>
        /// <exception cref="OrleansConfigurationException">The silo has no reminder service.</exception>
        public static Task<List<IGrainReminder>> GetReminders(this IGrainBase grain)
        {
            ArgumentNullException.ThrowIfNull(grain);
            return Registry(grain).GetReminders(grain.GrainContext.GrainId);
        }

        /// <inheritdoc cref="GetReminders(IGrainBase)"/>
        public static Task<List<IGrainReminder>> GetReminders(this Grain grain) => ((IGrainBase)grain).GetReminders();

        private static Timers.IReminderRegistry Registry(IGrainBase grain) =>
            (Timers.IReminderRegistry?)grain.GrainContext.ActivationServices.GetService(typeof(Timers.IReminderRegistry))
            ?? throw new OrleansConfigurationException(
                "The silo has no reminder service. Call UseInMemoryReminderService or UseAdoNetReminderService when it is configured.");
    }
}

namespace Orleans.Runtime
{
    /// <summary>A handle of a registered reminder. It can be passed to other grains and stored in no way but that.</summary>
    public interface IGrainReminder
    {
        /// <summary>The name within the grain.</summary>
        string ReminderName { get; }
    }

    /// <summary>One tick of a reminder.</summary>
    /// <param name="firstTickTime">When the reminder was due for the first time.</param>
    /// <param name="period">The time between ticks.</param>
    /// <param name="timeStamp">The time of this tick.</param>
    [GenerateSerializer, Immutable, Alias("Orleans.Runtime.TickStatus")]
    public readonly struct TickStatus(DateTime firstTickTime, TimeSpan period, DateTime timeStamp)
    {
        /// <summary>When the reminder was due for the first time, in UTC.</summary>
        [Id(0)]
        public DateTime FirstTickTime { get; } = firstTickTime;

        /// <summary>The time between ticks.</summary>
        [Id(1)]
        public TimeSpan Period { get; } = period;

        /// <summary>The time of this tick, in UTC.</summary>
        [Id(2)]
        public DateTime CurrentTickTime { get; } = timeStamp;

        /// <summary>The schedule and the tick, for logs.</summary>
        public override string ToString() => $"<{FirstTickTime:O}, {Period}, {CurrentTickTime:O}>";
    }

    /// <summary>The reminder service refused or failed.</summary>
    [GenerateSerializer]
    public sealed class ReminderException : OrleansException
    {
        /// <summary>Without details.</summary>
        public ReminderException()
            : base("The reminder service failed.")
        {
        }

        /// <summary>With a message.</summary>
        public ReminderException(string message)
            : base(message)
        {
        }

        /// <summary>With a message and its cause.</summary>
        public ReminderException(string message, Exception? innerException)
            : base(message, innerException)
        {
        }
    }
}

namespace Orleans.Timers
{
    /// <summary>Reminders, for grains that do not derive from <see cref="Grain"/>: what the extension methods call.</summary>
    public interface IReminderRegistry
    {
        /// <summary>Registers a reminder, or changes the schedule of the one of that name.</summary>
        /// <exception cref="ArgumentOutOfRangeException">A time is negative or infinite.</exception>
        /// <exception cref="ArgumentException">The period is shorter than the options allow, or the name is blank.</exception>
        /// <exception cref="InvalidOperationException">The code is not on a turn of a grain.</exception>
        Task<IGrainReminder> RegisterOrUpdateReminder(GrainId callingGrainId, string reminderName, TimeSpan dueTime, TimeSpan period);

        /// <summary>Removes a reminder.</summary>
        /// <exception cref="ReminderException">It was changed or removed since the handle was got; get a new one.</exception>
        Task UnregisterReminder(GrainId callingGrainId, IGrainReminder reminder);

        /// <summary>The reminder of that name; null when there is none.</summary>
        Task<IGrainReminder> GetReminder(GrainId callingGrainId, string reminderName);

        /// <summary>All reminders of a grain.</summary>
        Task<List<IGrainReminder>> GetReminders(GrainId callingGrainId);
    }
}

namespace Orleans.Hosting
{
    /// <summary>Reminders of a silo.</summary>
    public sealed class ReminderOptions
    {
        /// <summary>The shortest period that can be asked for: one minute by default. Zero or more.</summary>
        public TimeSpan MinimumReminderPeriod { get; set; } = TimeSpan.FromMinutes(1);

        /// <summary>How often the table is read for what others changed: five minutes by default. Longer than zero.</summary>
        public TimeSpan RefreshReminderListPeriod { get; set; } = TimeSpan.FromMinutes(5);

        /// <summary>How long the table may take to get ready when the silo starts: five minutes by default. Longer than zero.</summary>
        public TimeSpan InitializationTimeout { get; set; } = TimeSpan.FromMinutes(5);
    }
}
