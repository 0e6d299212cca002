namespace OrleansSocial.Kernel;

/// <summary>Rows and events that are to be stored together, such as what the handlers of events want.</summary>
internal sealed class Effects
{
    private readonly List<Action<Write, Rows>> _all = [];

    /// <summary>How many there are.</summary>
    public int Count => _all.Count;

    /// <summary>A row of the slice.</summary>
    public void Add<T>(Statement<T> into, T row) => _all.Add((_, rows) => rows.Add(into, row));

    /// <summary>An event that follows from the one that is handled.</summary>
    public void Happened(IEvent happened) => _all.Add((by, rows) => rows.Happened(by, happened));

    /// <summary>An event that follows from it at a later time.</summary>
    public void Due(DateTimeOffset at, IEvent happens) => _all.Add((_, rows) => rows.Due(at, happens));

    /// <summary>Takes an event back that was to happen.</summary>
    public void NotDue<TEvent>(Guid topic)
        where TEvent : class, IEvent => _all.Add((_, rows) => rows.NotDue<TEvent>(topic));

    /// <summary>A job that is to run, from a time on; at once without one. When its kind has one with this key, it is that one, and nothing happens.</summary>
    /// <exception cref="ArgumentException">Its key or its data is too long.</exception>
    public void Enqueue(IJob job, DateTimeOffset? at = null)
    {
        var (declared, key, data) = (JobDeclaration.Of(job.GetType()), job.Key, JobRules.DataOf(job));
        _all.Add((_, rows) => rows.Add(JobStore.Enqueued, new(Guid.CreateVersion7(rows.At), declared, key, data, at)));
    }

    /// <summary>Cancels a job, or tells it to stop when it runs; nothing when there is none, or it has ended.</summary>
    public void Cancel<TJob>(string key)
        where TJob : class, IJob => Add(JobStore.Cancelled, (JobDeclaration.Of(typeof(TJob)).Kind, key));

    /// <summary>Everything that another has.</summary>
    public void Add(Effects others) => _all.AddRange(others._all);

    /// <summary>Adds all of it to a transaction.</summary>
    public void Render(Write by, Rows rows)
    {
        foreach (var effect in _all) effect(by, rows);
    }
}
