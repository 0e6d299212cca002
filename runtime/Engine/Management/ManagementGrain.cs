using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Runtime;
using HostEntry = Orleans.MembershipEntry;

namespace Orleans.Bundled;

/// <summary>Asks the silos and puts their answers together.</summary>
[GrainType("sys.management"), StatelessWorker]
internal sealed class ManagementGrain(IServiceProvider services, ILocalSiloDetails local, IGrainFactory grains) : Grain, IManagementGrain
{
    public Task<Dictionary<SiloAddress, SiloStatus>> GetHosts(bool onlyActive = false) => Task.FromResult(Hosts(onlyActive));

    public async Task<HostEntry[]> GetDetailedHosts(bool onlyActive = false)
    {
        var hosts = Hosts(onlyActive);
        var entries = await Task.WhenAll(hosts.Select(host => host.Value.IsTerminating()
            ? Task.FromResult(Remains(host.Key))
            : grains.Of<ISiloManager>(host.Key).Describe()));
        foreach (var entry in entries) entry.Status = hosts[entry.SiloAddress];
        return entries;
    }

    public Task<SiloRuntimeStatistics[]> GetRuntimeStatistics(SiloAddress[] hostsIds) => Ask(hostsIds, silo => silo.Statistics());

    public async Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics(SiloAddress[] hostsIds) =>
        [.. (await Ask(hostsIds, silo => silo.CountByClass())).SelectMany(counts => counts)];

    public Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics() => GetSimpleGrainStatistics(Active());

    public async Task<DetailedGrainStatistic[]> GetDetailedGrainStatistics(string[]? types = null, SiloAddress[]? hostsIds = null) =>
        [.. (await Ask(hostsIds ?? Active(), silo => silo.List(types))).SelectMany(activations => activations)];

    public async Task<int> GetTotalActivationCount() =>
        (await GetSimpleGrainStatistics()).Sum(count => count.ActivationCount);

    public async Task<int> GetGrainActivationCount(GrainReference grainReference)
    {
        ArgumentNullException.ThrowIfNull(grainReference);
        var grain = grainReference.GrainId;
        return (await Ask(Active(), silo => silo.CountOf(grain))).Sum();
    }

    public async ValueTask<SiloAddress?> GetActivationAddress(IAddressable reference)
    {
        var grain = reference.GetGrainId();
        var active = Active();
        var counts = await Ask(active, silo => silo.CountOf(grain));
        return Array.FindIndex(counts, count => count > 0) is var index && index >= 0 ? active[index] : null;
    }

    public async ValueTask<List<GrainId>> GetActiveGrains(GrainType type) =>
        [.. (await Ask(Active(), silo => silo.ActiveOf(type))).SelectMany(ids => ids).Distinct()];

    public Task ForceActivationCollection(TimeSpan ageLimit) => ForceActivationCollection(Active(), ageLimit);

    public Task ForceActivationCollection(SiloAddress[] hostsIds, TimeSpan ageLimit) => AskAll(hostsIds, silo => silo.CollectActivations(ageLimit));

    public Task ForceGarbageCollection(SiloAddress[] hostsIds) => AskAll(hostsIds, silo => silo.CollectGarbage());

    private Dictionary<SiloAddress, SiloStatus> Hosts(bool onlyActive) =>
        services.GetService<ISiloStatusOracle>()?.GetApproximateSiloStatuses(onlyActive)
        ?? new Dictionary<SiloAddress, SiloStatus> { [local.SiloAddress] = SiloStatus.Active };

    // A silo that leaves or is gone is not asked any more.
    private static HostEntry Remains(SiloAddress silo) => new()
    {
        SiloAddress = silo,
        HostName = silo.Endpoint.Address.ToString(),
        StartTime = SiloAddress.TimeOf(silo.Generation),
    };

    private SiloAddress[] Active() => [.. Hosts(onlyActive: true).Keys];

    private Task<T[]> Ask<T>(IEnumerable<SiloAddress> silos, Func<ISiloManager, Task<T>> question)
    {
        ArgumentNullException.ThrowIfNull(silos);
        return Task.WhenAll(silos.Select(silo => question(grains.Of<ISiloManager>(silo))));
    }

    private Task AskAll(SiloAddress[] silos, Func<ISiloManager, Task> request)
    {
        ArgumentNullException.ThrowIfNull(silos);
        return Task.WhenAll(silos.Select(silo => request(grains.Of<ISiloManager>(silo))));
    }
}
