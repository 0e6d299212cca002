using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.Hosting;
using Orleans.Storage;
using Orleans.TestingHost;

namespace Orleans.Conformance.Storage;

/// <summary>A storage whose answers can get lost: it did what it was asked, and the grain hears of a failure.</summary>
[Feature("Storage", "InconsistentStateException ends the activation that wrote")]
public sealed class LostAnswerTests : IAsyncLifetime
{
    private LossyStorage _storage = null!;
    private InProcessTestCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder();
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddMemoryGrainStorage("inner");
            silo.Services.AddGrainStorage("notes", (services, _) =>
                _storage = new LossyStorage(services.GetRequiredKeyedService<IGrainStorage>("inner")));
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task A_write_whose_answer_was_lost_is_not_overwritten_unseen()
    {
        var grain = _cluster.Client.GetGrain<INoteGrain>("user:alice");
        await grain.Write("one");
        var before = await grain.Activation();
        _storage.LoseAnswers = true;
        var lost = await Assert.ThrowsAsync<OrleansException>(() => grain.Write("two"));
        _storage.LoseAnswers = false;

        await Assert.ThrowsAsync<InconsistentStateException>(() => grain.Write("three"));

        Assert.IsType<IOException>(lost.InnerException);
        await Wait.Eventually(async () => Assert.NotEqual(before, await grain.Activation()));
        Assert.Equal("two", await grain.Text());
        await grain.Write("four");
        Assert.Equal("four", await grain.Text());
    }

    [Fact]
    public async Task A_failure_that_the_grain_survives_leaves_its_version_as_it_was()
    {
        var grain = _cluster.Client.GetGrain<INoteGrain>("user:bob");
        await grain.Write("one");
        var version = await grain.Version();
        _storage.LoseAnswers = true;

        await Assert.ThrowsAsync<OrleansException>(() => grain.Write("two"));

        Assert.Equal(version, await grain.Version());
    }

    private sealed class LossyStorage(IGrainStorage inner) : IGrainStorage
    {
        public bool LoseAnswers { get; set; }

        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
            inner.ReadStateAsync(stateName, grainId, grainState);

        public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            if (!LoseAnswers)
            {
                await inner.WriteStateAsync(stateName, grainId, grainState);
                return;
            }

            await inner.WriteStateAsync(stateName, grainId, new GrainState<T>(grainState.State!, grainState.ETag!));
            throw new IOException("the line broke");
        }

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
            inner.ClearStateAsync(stateName, grainId, grainState);
    }
}
