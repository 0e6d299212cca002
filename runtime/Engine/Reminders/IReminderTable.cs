using Orleans.Runtime;

namespace Orleans;

/// <summary>Keeps reminders. One row per grain and name; a change gives the row a new version.</summary>
public interface IReminderTable
{
    /// <summary>Gets ready; called once when the silo starts.</summary>
    Task StartAsync(CancellationToken cancellationToken = default) =>
#pragma warning disable CS0618 // A table that was written against the older member is started by it.
        Init();
#pragma warning restore CS0618

    /// <summary>Gets ready.</summary>
    [Obsolete("Implement StartAsync instead.")]
    Task Init() => Task.CompletedTask;

    /// <summary>The reminders of one grain.</summary>
    Task<ReminderTableData> ReadRows(GrainId grainId);

    /// <summary>
    /// The reminders of the grains whose hash is above <paramref name="begin"/> and not above <paramref name="end"/>. The range
    /// goes round through zero when <paramref name="begin"/> is not below <paramref name="end"/>; equal bounds mean all.
    /// </summary>
    Task<ReminderTableData> ReadRows(uint begin, uint end);

    /// <summary>One reminder; null when there is none.</summary>
    Task<ReminderEntry> ReadRow(GrainId grainId, string reminderName);

    /// <summary>Writes a row, whether or not there is one, and returns its new version.</summary>
    Task<string> UpsertRow(ReminderEntry entry);

    /// <summary>Removes a row if it has that version; false when it has another one or is not there.</summary>
    Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag);

    /// <summary>Removes all rows; meant for tests.</summary>
    Task TestOnlyClearTable();

    /// <summary>Called once when the silo stops.</summary>
    Task StopAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
}

/// <summary>One row of a reminder table.</summary>
[GenerateSerializer, Alias("Orleans.ReminderEntry")]
public sealed class ReminderEntry
{
    /// <summary>The grain.</summary>
    [Id(0)]
    public GrainId GrainId { get; set; }

    /// <summary>The name within the grain.</summary>
    [Id(1)]
    public string ReminderName { get; set; } = "";

    /// <summary>When it is due for the first time, in UTC.</summary>
    [Id(2)]
    public DateTime StartAt { get; set; }

    /// <summary>The time between ticks.</summary>
    [Id(3)]
    public TimeSpan Period { get; set; }

    /// <summary>The version of the row.</summary>
    [Id(4)]
    public string ETag { get; set; } = "";

    /// <summary>The row, for logs.</summary>
    public override string ToString() => $"<{GrainId}, {ReminderName}, {StartAt:O}, {Period}, {ETag}>";
}

/// <summary>Rows of a reminder table.</summary>
[GenerateSerializer, Alias("Orleans.ReminderTableData")]
public sealed class ReminderTableData
{
    /// <summary>No rows.</summary>
    public ReminderTableData()
        : this([])
    {
    }

    /// <summary>One row, or none when it is null.</summary>
    public ReminderTableData(ReminderEntry? entry)
        : this(entry is null ? [] : new List<ReminderEntry> { entry })
    {
    }

    /// <summary>These rows.</summary>
    public ReminderTableData(IEnumerable<ReminderEntry> list) => Reminders = [.. list];

    /// <summary>The rows.</summary>
    [Id(0)]
    public IList<ReminderEntry> Reminders { get; private set; }
}
