using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Runtime;
using HostEntry = Orleans.MembershipEntry;

namespace Orleans.Bundled;

/// <summary>What one silo tells of itself. Its key is the silo's address. Nothing waits for anything else.</summary>
internal interface ISiloManager : IGrainWithStringKey
{
    /// <summary>Its name, machine and times. What it is doing is for the cluster to say.</summary>
    [AlwaysInterleave]
    Task<HostEntry> Describe();

    [AlwaysInterleave]
    Task<SiloRuntimeStatistics> Statistics();

    [AlwaysInterleave]
    Task<SimpleGrainStatistic[]> CountByClass();

    /// <summary>Every activation, of classes with these names or of all.</summary>
    [AlwaysInterleave]
    Task<DetailedGrainStatistic[]> List(string[]? classes);

    [AlwaysInterleave]
    Task<List<GrainId>> ActiveOf(GrainType grainType);

    [AlwaysInterleave]
    Task<int> CountOf(GrainId grain);

    [AlwaysInterleave]
    Task CollectActivations(TimeSpan age);

    [AlwaysInterleave]
    Task CollectGarbage();
}

/// <inheritdoc/>
[GrainType("sys.silo"), SiloKeyPlacement, KeepAlive]
internal sealed class SiloManager(
    IServiceProvider services, GrainEngine engine, IdleCollector collector, ILocalSiloDetails silo, TimeProvider time, ProcessLoad load) : Grain, ISiloManager
{
    private static readonly TimeSpan s_recent = TimeSpan.FromMinutes(10);

    // The runtime's own grains are no business of applications.
    private IEnumerable<GrainClass> Classes => engine.Classes.Where(c => !c.IsOfTheRuntime);

    public override Task OnActivateAsync(CancellationToken cancellationToken) =>
        this.GetPrimaryKeyString() == silo.SiloAddress.ToParsableString() ? Task.CompletedTask
            : throw new SiloUnavailableException($"Silo {this.GetPrimaryKeyString()} is not a member of the cluster.");

    public Task<HostEntry> Describe() => Task.FromResult(new HostEntry
    {
        SiloAddress = silo.SiloAddress,
        SiloName = silo.Name,
        HostName = silo.DnsHostName,
        ProxyPort = silo.GatewayAddress?.Endpoint.Port ?? 0,
        StartTime = SiloAddress.TimeOf(silo.SiloAddress.Generation),
        IAmAliveTime = time.GetUtcNow().UtcDateTime,
    });

    public Task<SiloRuntimeStatistics> Statistics()
    {
        var now = engine.Ages.ReadNow();
        // A silo that is alone has no connections.
        var connections = services.GetService<IMessageCenter>() as MessageCenter;
        var age = (int)(s_recent.TotalMilliseconds / CallClock.UnitMilliseconds);
        return Task.FromResult(new SiloRuntimeStatistics
        {
            ActivationCount = Classes.Sum(c => c.Count),
            RecentlyUsedActivationCount = Classes.Sum(c => c.Activations.Count(a => a.WasUsedWithin(now, age))),
            ClientCount = connections?.ClientCount ?? 0,
            SentMessages = connections?.Traffic.Sent ?? 0,
            ReceivedMessages = connections?.Traffic.Received ?? 0,
            EnvironmentStatistics = load.Read(),
            DateTime = time.GetUtcNow().UtcDateTime,
        });
    }

    public Task<SimpleGrainStatistic[]> CountByClass() => Task.FromResult(Classes
        .Select(c => new SimpleGrainStatistic { GrainType = c.Name, SiloAddress = silo.SiloAddress, ActivationCount = c.Count })
        .Where(s => s.ActivationCount > 0)
        .ToArray());

    public Task<DetailedGrainStatistic[]> List(string[]? classes) => Task.FromResult(Classes
        .Where(c => classes is null || classes.Contains(c.Name))
        .SelectMany(c => c.Activations, (c, a) => new DetailedGrainStatistic { GrainType = c.Name, SiloAddress = silo.SiloAddress, GrainId = a.GrainId })
        .ToArray());

    public Task<List<GrainId>> ActiveOf(GrainType grainType) => Task.FromResult(engine.Classes
        .Where(c => c.GrainType.Equals(grainType))
        .SelectMany(c => c.Activations.Where(a => a.State <= ActivationState.Valid).Select(a => a.GrainId))
        .Distinct()
        .ToList());

    public Task<int> CountOf(GrainId grain) => Task.FromResult(engine.Classes.FirstOrDefault(c => c.GrainType.Equals(grain.Type)) switch
    {
        null => 0,
        { Workers: { } workers } => workers.All().Count(a => a.Key.Equals(grain.Key)),
        var grainClass => grainClass.Find(grain.Key) is null ? 0 : 1,
    });

    public Task CollectActivations(TimeSpan age) => collector.CollectAsync(age);

    public Task CollectGarbage()
    {
        GC.Collect();
        return Task.CompletedTask;
    }
}

/// <summary>Use of processor and memory by this process.</summary>
internal sealed class ProcessLoad(TimeProvider time)
{
    private readonly Lock _lock = new();
    private TimeSpan _used = Environment.CpuUsage.TotalTime;
    private long _at = time.GetTimestamp();

    public EnvironmentStatistics Read()
    {
        lock (_lock)
        {
            var (used, at) = (Environment.CpuUsage.TotalTime, time.GetTimestamp());
            var elapsed = time.GetElapsedTime(_at, at) * Environment.ProcessorCount;
            var share = elapsed > TimeSpan.Zero ? (float)Math.Clamp((used - _used) / elapsed * 100, 0, 100) : 0;
            (_used, _at) = (used, at);
            var memory = GC.GetGCMemoryInfo();
            return new(share, Environment.WorkingSet, Math.Max(0, memory.TotalAvailableMemoryBytes - Environment.WorkingSet), memory.TotalAvailableMemoryBytes);
        }
    }
}
