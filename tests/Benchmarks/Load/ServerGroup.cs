namespace OrleansSocial.Benchmarks.Load;

/// <summary>The processes of one server under load: one, or a cluster.</summary>
internal sealed class ServerGroup(IReadOnlyList<ServerProcess> processes) : IDisposable
{
    /// <summary>All of them.</summary>
    public IReadOnlyList<ServerProcess> Processes => processes;

    /// <summary>The process of the connection of this number: they take turns.</summary>
    public ServerProcess Of(int number) => processes[number % processes.Count];

    /// <summary>User and system time of all.</summary>
    public TimeSpan ProcessorTime => processes.Aggregate(TimeSpan.Zero, (sum, process) => sum + process.ProcessorTime);

    /// <summary>Resident memory of all in bytes.</summary>
    public long ResidentBytes => processes.Sum(process => process.ResidentBytes);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var process in processes) process.Dispose();
    }
}

/// <summary>Processor time in microseconds: of the servers, of PostgreSQL, and of the clients, which is this process.</summary>
internal sealed record Cost(double Server, double Postgres, double Clients)
{
    /// <summary>For each of so many.</summary>
    public Cost Each(long count) => new(Server / Math.Max(1, count), Postgres / Math.Max(1, count), Clients / Math.Max(1, count));

    /// <summary>What has been spent so far.</summary>
    public static Cost Now(ServerGroup servers, int postmaster) =>
        new(servers.ProcessorTime.TotalMicroseconds, ProcessTimes.OfPostgres(postmaster).TotalMicroseconds, Environment.CpuUsage.TotalTime.TotalMicroseconds);

    /// <summary>What was spent since.</summary>
    public Cost Since(Cost before) => new(Server - before.Server, Postgres - before.Postgres, Clients - before.Clients);
}
