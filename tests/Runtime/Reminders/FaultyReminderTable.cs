namespace Orleans.Conformance.Reminders;

/// <summary>A reminder table that a test lets fail before it does anything.</summary>
public sealed class FaultyReminderTable(IReminderTable inner) : IReminderTable
{
    private int _calls;

    /// <summary>Whether each call fails.</summary>
    public bool Fails { get; set; }

    /// <summary>Whether each second call fails.</summary>
    public bool FailsEveryOther { get; init; }

    public Task StartAsync(CancellationToken cancellationToken = default) => inner.StartAsync(cancellationToken);

    public Task<ReminderTableData> ReadRows(GrainId grainId) => Do(() => inner.ReadRows(grainId));

    public Task<ReminderTableData> ReadRows(uint begin, uint end) => Do(() => inner.ReadRows(begin, end));

    public Task<ReminderEntry> ReadRow(GrainId grainId, string reminderName) => Do(() => inner.ReadRow(grainId, reminderName));

    public Task<string> UpsertRow(ReminderEntry entry) => Do(() => inner.UpsertRow(entry));

    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag) => Do(() => inner.RemoveRow(grainId, reminderName, eTag));

    public Task TestOnlyClearTable() => inner.TestOnlyClearTable();

    public Task StopAsync(CancellationToken cancellationToken = default) => inner.StopAsync(cancellationToken);

    private Task<T> Do<T>(Func<Task<T>> operation) =>
        Fails || (FailsEveryOther && Interlocked.Increment(ref _calls) % 2 == 1)
            ? Task.FromException<T>(new IOException("The table cannot be reached."))
            : operation();
}

/// <summary>Tries again when a table could not be reached.</summary>
public sealed class PatientReminderTable(IReminderTable inner) : IReminderTable
{
    private const int AttemptsMax = 50;

    public Task<ReminderTableData> ReadRows(GrainId grainId) => Try(() => inner.ReadRows(grainId));

    public Task<ReminderTableData> ReadRows(uint begin, uint end) => Try(() => inner.ReadRows(begin, end));

    public Task<ReminderEntry> ReadRow(GrainId grainId, string reminderName) => Try(() => inner.ReadRow(grainId, reminderName));

    public Task<string> UpsertRow(ReminderEntry entry) => Try(() => inner.UpsertRow(entry));

    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag) => Try(() => inner.RemoveRow(grainId, reminderName, eTag));

    public Task TestOnlyClearTable() => inner.TestOnlyClearTable();

    private static async Task<T> Try<T>(Func<Task<T>> operation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await operation();
            }
            catch (IOException) when (attempt < AttemptsMax)
            {
                await Task.Yield();
            }
        }
    }
}
