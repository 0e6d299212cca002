using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;

namespace Orleans.Conformance.Management;

[Feature("Operations", "IManagementGrain: hosts, activations by class and one by one, collection, load")]
public sealed class ManagementTests : IAsyncLifetime
{
    private InProcessTestCluster? _cluster;

    private IGrainFactory Grains => _cluster!.Client;

    private IManagementGrain Management => Grains.GetGrain<IManagementGrain>(0);

    private SiloAddress Silo => _cluster!.Silos[0].SiloAddress;

    public async Task InitializeAsync() => _cluster = await OneSilo.Start();

    public async Task DisposeAsync() => await _cluster!.DisposeAsync();

    [Fact]
    public async Task Every_silo_is_listed_with_what_it_does()
    {
        var silo = _cluster!.Silos[0];

        Assert.Equal(SiloStatus.Active, (await Management.GetHosts(onlyActive: true))[Silo]);
        var entry = Assert.Single(await Management.GetDetailedHosts(onlyActive: true));
        Assert.Equal((Silo, SiloStatus.Active), (entry.SiloAddress, entry.Status));
        Assert.Equal(silo.ServiceProvider.GetRequiredService<ILocalSiloDetails>().Name, entry.SiloName);
        Assert.True(entry.StartTime > new DateTime(2022, 1, 1, 0, 0, 0, DateTimeKind.Utc));
    }

    [Fact]
    public async Task Activations_are_counted_by_class_and_told_one_by_one()
    {
        for (var i = 0; i < 3; i++) await Grains.GetGrain<IManagedGrain>(i).Touch();
        var name = typeof(ManagedGrain).FullName!;

        var count = Assert.Single(await Management.GetSimpleGrainStatistics(), s => s.GrainType.StartsWith(name, StringComparison.Ordinal));
        Assert.Equal((3, Silo), (count.ActivationCount, count.SiloAddress));
        Assert.Equal(3, (await Management.GetSimpleGrainStatistics([Silo])).Single(s => s.GrainType == count.GrainType).ActivationCount);
        var listed = await Management.GetDetailedGrainStatistics([count.GrainType]);
        Assert.Equal(3, listed.Length);
        Assert.Contains(Grains.GetGrain<IManagedGrain>(1).GetGrainId(), listed.Select(s => s.GrainId));
        Assert.True(await Management.GetTotalActivationCount() >= 3);
    }

    [Fact]
    public async Task A_grain_is_found_where_it_is_active_and_nowhere_before()
    {
        var grain = Grains.GetGrain<IManagedGrain>(77);

        Assert.Null(await Management.GetActivationAddress(grain));
        Assert.Equal(0, await Management.GetGrainActivationCount((GrainReference)grain));
        await grain.Touch();

        Assert.Equal(Silo, await Management.GetActivationAddress(grain));
        Assert.Equal(1, await Management.GetGrainActivationCount((GrainReference)grain));
        Assert.Equal([grain.GetGrainId()], await Management.GetActiveGrains(grain.GetGrainId().Type));
    }

    [Fact]
    public async Task Forced_collection_ends_what_is_idle_and_keeps_what_is_in_use()
    {
        var (idle, busy, signal) = (Grains.GetGrain<IManagedGrain>(1), Grains.GetGrain<IManagedGrain>(2), Signals.NewName());
        await idle.Touch();
        var held = busy.Hold(signal);
        await Signals.Wait(signal + " held");

        await Wait.Eventually(async () =>
        {
            await Management.ForceActivationCollection(TimeSpan.Zero);
            Assert.Null(await Management.GetActivationAddress(idle));
        });

        Assert.Equal(Silo, await Management.GetActivationAddress(busy));
        Signals.Set(signal);
        await held;
    }

    [Fact]
    public async Task The_load_of_a_silo_has_its_activations_and_its_process()
    {
        await Grains.GetGrain<IManagedGrain>(5).Touch();

        var load = Assert.Single(await Management.GetRuntimeStatistics([Silo]));

        Assert.True(load.ActivationCount >= 1);
        Assert.True(load.RecentlyUsedActivationCount >= 1);
        await Management.ForceGarbageCollection([Silo]);
    }

    [Fact]
    public async Task A_silo_that_is_none_is_refused()
    {
        var stranger = SiloAddress.New(System.Net.IPAddress.Loopback, 1, 1);

        await Assert.ThrowsAsync<SiloUnavailableException>(() => Management.GetRuntimeStatistics([stranger]));
    }
}

public interface IManagedGrain : IGrainWithIntegerKey
{
    Task Touch();

    Task Hold(string signal);
}

public sealed class ManagedGrain : Grain, IManagedGrain
{
    public Task Touch() => Task.CompletedTask;

    public async Task Hold(string signal)
    {
        Signals.Set(signal + " held");
        await Signals.Wait(signal);
    }
}
