using System.Globalization;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>Holds the rows of a reminder table in memory. Key: the address of the silo whose memory it is.</summary>
[Alias("sys.IReminderTableGrain")]
internal interface IReminderTableGrain : IGrainWithStringKey
{
    Task<ReminderTableData> ReadRows(GrainId grainId);

    Task<ReminderTableData> ReadRange(uint begin, uint end);

    Task<string> Upsert(ReminderEntry entry);

    Task<bool> Remove(GrainId grainId, string reminderName, string etag);

    Task Clear();
}

/// <inheritdoc cref="IReminderTableGrain"/>
/// <remarks>It never ends while its silo runs, since what it holds would end with it.</remarks>
[GrainType("sys.remindertable"), SiloKeyPlacement, KeepAlive]
internal sealed class ReminderTableGrain : Grain, IReminderTableGrain
{
    private readonly Dictionary<(GrainId Grain, string Name), ReminderEntry> _rows = [];
    private long _lastVersion;

    public Task<ReminderTableData> ReadRows(GrainId grainId) => Task.FromResult(new ReminderTableData(_rows.Values.Where(r => r.GrainId == grainId)));

    public Task<ReminderTableData> ReadRange(uint begin, uint end) =>
        Task.FromResult(new ReminderTableData(_rows.Values.Where(r => IsWithin(r.GrainId.GetUniformHashCode(), begin, end))));

    public Task<string> Upsert(ReminderEntry entry)
    {
        entry.ETag = (++_lastVersion).ToString(CultureInfo.InvariantCulture);
        _rows[(entry.GrainId, entry.ReminderName)] = entry;
        return Task.FromResult(entry.ETag);
    }

    public Task<bool> Remove(GrainId grainId, string reminderName, string etag) => Task.FromResult(
        _rows.TryGetValue((grainId, reminderName), out var row) && row.ETag == etag && _rows.Remove((grainId, reminderName)));

    public Task Clear()
    {
        _rows.Clear();
        return Task.CompletedTask;
    }

    private static bool IsWithin(uint hash, uint begin, uint end) =>
        begin < end ? hash > begin && hash <= end : hash > begin || hash <= end;
}

/// <summary>The reminder table in the memory of the silo that has been a member of the cluster for longest.</summary>
internal sealed class InMemoryReminderTable(IServiceProvider services) : IReminderTable
{
    private IReminderTableGrain Rows => SiloGrains.OfOldest<IReminderTableGrain>(services);

    public Task<ReminderTableData> ReadRows(GrainId grainId) => Rows.ReadRows(grainId);

    public Task<ReminderTableData> ReadRows(uint begin, uint end) => Rows.ReadRange(begin, end);

    public async Task<ReminderEntry> ReadRow(GrainId grainId, string reminderName) =>
        (await Rows.ReadRows(grainId)).Reminders.FirstOrDefault(r => r.ReminderName == reminderName)!;

    public Task<string> UpsertRow(ReminderEntry entry) => Rows.Upsert(entry);

    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag) => Rows.Remove(grainId, reminderName, eTag);

    public Task TestOnlyClearTable() => Rows.Clear();
}
