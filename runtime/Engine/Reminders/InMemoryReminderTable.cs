using System.Globalization;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>The rows of a reminder table in memory: one grain for the cluster. Key: 0.</summary>
internal interface IReminderTableGrain : IGrainWithIntegerKey
{
    Task<ReminderTableData> ReadRows(GrainId grainId);

    Task<ReminderTableData> ReadRange(uint begin, uint end);

    Task<string> Upsert(ReminderEntry entry);

    Task<bool> Remove(GrainId grainId, string reminderName, string etag);

    Task Clear();

    /// <summary>Takes over the rows of the activation before, except those that were written since.</summary>
    Task TakeOver(List<ReminderEntry> rows, long lastVersion);
}

/// <summary>Keeps reminders in the memory of one silo. They move when their grain does, and are lost when its silo dies.</summary>
[GrainType("sys.reminders.table"), KeepAlive]
internal sealed class ReminderTableGrain : Grain, IReminderTableGrain
{
    private readonly Dictionary<(GrainId Grain, string Name), ReminderEntry> _rows = [];
    private long _lastVersion;

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // The call waits until this activation has ended, and goes to the next one.
        if (_rows.Count > 0) this.AsReference<IReminderTableGrain>().TakeOver([.. _rows.Values], _lastVersion).Ignore();
        return Task.CompletedTask;
    }

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

    public Task TakeOver(List<ReminderEntry> rows, long lastVersion)
    {
        foreach (var row in rows) _rows.TryAdd((row.GrainId, row.ReminderName), row);
        _lastVersion = Math.Max(_lastVersion, lastVersion);
        return Task.CompletedTask;
    }

    private static bool IsWithin(uint hash, uint begin, uint end) =>
        begin < end ? hash > begin && hash <= end : hash > begin || hash <= end;
}

/// <summary>The reminder table that lives in a grain.</summary>
internal sealed class InMemoryReminderTable(IGrainFactory grains) : IReminderTable
{
    private IReminderTableGrain Rows => grains.GetGrain<IReminderTableGrain>(0);

    public Task<ReminderTableData> ReadRows(GrainId grainId) => Rows.ReadRows(grainId);

    public Task<ReminderTableData> ReadRows(uint begin, uint end) => Rows.ReadRange(begin, end);

    public async Task<ReminderEntry> ReadRow(GrainId grainId, string reminderName) =>
        (await Rows.ReadRows(grainId)).Reminders.FirstOrDefault(r => r.ReminderName == reminderName)!;

    public Task<string> UpsertRow(ReminderEntry entry) => Rows.Upsert(entry);

    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag) => Rows.Remove(grainId, reminderName, eTag);

    public Task TestOnlyClearTable() => Rows.Clear();
}
