using System.Collections.Concurrent;
using System.Reflection;
using Cronos;

namespace OrleansSocial.Kernel;

/// <summary>A job as its record declares it.</summary>
/// <param name="Kind">Its name in the table.</param>
/// <param name="Queue">Whose workers run it.</param>
internal sealed record JobDeclaration(string Kind, string Queue)
{
    private static readonly ConcurrentDictionary<Type, JobDeclaration> s_known = [];

    /// <summary>The declaration of a record.</summary>
    /// <exception cref="InvalidOperationException">It is not declared as a job.</exception>
    public static JobDeclaration Of(Type record) => s_known.GetOrAdd(record, static record => new(
        record.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias ?? throw new InvalidOperationException($"{record} is a job and has no [Alias]."),
        record.GetCustomAttribute<QueueAttribute>(inherit: false)?.Name ?? throw new InvalidOperationException($"{record} is a job and has no [Queue].")));
}

/// <summary>What this version runs for jobs of one kind.</summary>
/// <param name="name">Of the kind.</param>
/// <param name="queue">Whose workers run it.</param>
/// <param name="run">Runs one, of the data that its row holds.</param>
/// <param name="cron">When it recurs, in five fields and UTC; null where it does not.</param>
internal sealed class JobKind(string name, string queue, Func<IServiceProvider, JobRun, Task> run, string? cron = null)
{
    private readonly CronExpression? _cron = cron is null ? null : CronExpression.Parse(cron);

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>Whose workers run it.</summary>
    public string Queue => queue;

    /// <summary>When it recurs; null where it does not.</summary>
    public string? Cron => cron;

    /// <summary>The kind of a record, with what runs it.</summary>
    public static JobKind Of<TJob>(Func<IServiceProvider, TJob, JobRun, Task> run)
        where TJob : class, IJob
    {
        var (kind, queue) = JobDeclaration.Of(typeof(TJob));
        return new(kind, queue, Run);

        Task Run(IServiceProvider services, JobRun of)
        {
            var job = (TJob)StateSerializer.Read(of.Claimed.Data!, typeof(TJob));
            of.TellTo((job as IPersonalJob)?.For);
            return run(services, job, of);
        }
    }

    /// <summary>Runs one.</summary>
    public Task Run(IServiceProvider services, JobRun of) => run(services, of);

    /// <summary>When it is next, after a time.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset time) => _cron?.GetNextOccurrence(time, TimeZoneInfo.Utc);
}

/// <summary>Every kind of jobs that this version runs.</summary>
internal sealed class JobKinds
{
    private readonly Dictionary<string, JobKind> _byName;

    public JobKinds(IEnumerable<JobKind> all)
    {
        _byName = all.ToDictionary(kind => kind.Name, StringComparer.Ordinal);
        Queues = [.. _byName.Values.Select(kind => kind.Queue).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Names = [.. _byName.Keys];
    }

    /// <summary>All of them.</summary>
    public IEnumerable<JobKind> All => _byName.Values;

    /// <summary>Their names.</summary>
    public string[] Names { get; }

    /// <summary>Their queues.</summary>
    public string[] Queues { get; }

    /// <summary>The kind of a name.</summary>
    public JobKind this[string name] => _byName[name];
}
