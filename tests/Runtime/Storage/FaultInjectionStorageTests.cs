using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.Hosting;
using Orleans.Storage;
using Orleans.TestingHost;

namespace Orleans.Conformance.Storage;

/// <summary>The storage for tests that fails when it is told to, while nobody tells it to.</summary>
public sealed class FaultInjectionGrainStorageTests : GrainStorageConformance
{
    protected override void Configure(ISiloBuilder silo) => silo.AddFaultInjectionMemoryStorage(StorageName);
}

/// <summary>The same over a storage of which each operation fails once before it works, behind a caller that tries again.</summary>
public sealed class FailingGrainStorageTests : GrainStorageConformance
{
    protected override void Configure(ISiloBuilder silo)
    {
        silo.AddFaultInjectionMemoryStorage("faulty");
        silo.Services.AddGrainStorage(StorageName, (services, _) => new FailsOnceStorage(
            services.GetRequiredKeyedService<IGrainStorage>("faulty"), services.GetRequiredService<IGrainFactory>()));
    }

    private sealed class FailsOnceStorage(IGrainStorage inner, IGrainFactory grains) : IGrainStorage, IDisposable
    {
        // Faults are one per grain: operations of several callers at once would take each other's.
        private readonly SemaphoreSlim _one = new(1);

        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Twice(
            f => f.AddFaultOnRead(grainId, new IOException("lost")), stateName, () => inner.ReadStateAsync(stateName, grainId, grainState));

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Twice(
            f => f.AddFaultOnWrite(grainId, new IOException("lost")), stateName, () => inner.WriteStateAsync(stateName, grainId, grainState));

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Twice(
            f => f.AddFaultOnClear(grainId, new IOException("lost")), stateName, () => inner.ClearStateAsync(stateName, grainId, grainState));

        public void Dispose() => _one.Dispose();

        private async Task Twice(Func<IStorageFaultGrain, Task> addFault, string stateName, Func<Task> operation)
        {
            await _one.WaitAsync();
            try
            {
                await addFault(grains.GetGrain<IStorageFaultGrain>(stateName));
                await Assert.ThrowsAsync<IOException>(operation);
                await operation();
            }
            finally
            {
                _one.Release();
            }
        }
    }
}

/// <summary>What a grain sees of a storage that fails.</summary>
[Feature("Testing", "Storage that fails: AddFaultInjectionMemoryStorage, IStorageFaultGrain")]
public sealed class FaultInjectionTests : IAsyncLifetime
{
    private InProcessTestCluster _cluster = null!;

    private IStorageFaultGrain Faults => _cluster.Client.GetGrain<IStorageFaultGrain>("note");

    private INoteGrain Alice => _cluster.Client.GetGrain<INoteGrain>("user:alice");

    public async Task InitializeAsync() => _cluster = await OneSilo.Start(silo => silo.AddFaultInjectionMemoryStorage("notes"));

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task A_write_that_fails_changes_nothing_and_the_next_one_works()
    {
        await Alice.Write("one");
        await Faults.AddFaultOnWrite(Alice.GetGrainId(), new IOException("The disk is full."));

        var failed = await Assert.ThrowsAsync<OrleansException>(() => Alice.Write("two"));

        Assert.Equal("The disk is full.", Assert.IsType<IOException>(failed.InnerException).Message);
        await Alice.Write("three");
        Assert.Equal("three", await Alice.Text());
    }

    [Fact]
    public async Task A_read_that_fails_fails_the_activation_and_the_next_one_works()
    {
        await Alice.Write("one");
        await _cluster.DeactivateAsync(Alice);
        await Faults.AddFaultOnRead(Alice.GetGrainId(), new IOException("lost"));

        await Assert.ThrowsAnyAsync<Exception>(() => Alice.Text());

        Assert.Equal("one", await Alice.Text());
    }

    [Fact]
    public async Task A_failure_is_of_one_grain_only()
    {
        await Faults.AddFaultOnWrite(Alice.GetGrainId(), new IOException("lost"));

        await _cluster.Client.GetGrain<INoteGrain>("user:bob").Write("one");

        await Assert.ThrowsAsync<OrleansException>(() => Alice.Write("one"));
    }
}
