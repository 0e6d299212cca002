using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.Hosting;
using Orleans.Storage;
using Orleans.TestingHost;

namespace Orleans.Conformance.Storage;

/// <summary>What a grain sees of its durable state, whatever keeps it.</summary>
[Feature("Storage", "IPersistentState<T>, [PersistentState], Grain<TState>")]
public abstract class PersistentStateConformance : IAsyncLifetime
{
    private InProcessTestCluster _cluster = null!;

    private IGrainFactory Grains => _cluster.Client;

    public virtual async Task InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder();
        builder.ConfigureSilo((_, silo) =>
        {
            Configure(silo, "notes");
            Configure(silo, "Default");
            silo.Services.AddGrainStorage("slow", (_, _) => _slow);
            silo.Services.AddSingleton<IAttributeToFactoryMapper<BadgeAttribute>, BadgeMapper>();
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    private readonly MeetingStorage _slow = new();

    public virtual async Task DisposeAsync() => await _cluster.DisposeAsync();

    /// <summary>Adds a storage; those of both names keep the same states.</summary>
    protected abstract void Configure(ISiloBuilder silo, string name);

    [Fact]
    public async Task State_is_fresh_and_not_read_in_the_constructor_and_read_before_activation()
    {
        var grain = Grains.GetGrain<INoteGrain>("user:alice");
        await grain.Write("kept");
        await EndAndWait(grain);

        Assert.Equal("text '', not read yet", await grain.ConstructorSaw());
        Assert.Equal("kept", await grain.TextAtActivation());
    }

    [Fact]
    public async Task A_grain_nobody_wrote_has_no_record()
    {
        var grain = Grains.GetGrain<INoteGrain>("user:bob");

        Assert.False(await grain.Exists());
        Assert.Null(await grain.Version());
        Assert.Equal("", await grain.Text());
    }

    [Fact]
    public async Task What_was_written_survives_the_activation()
    {
        var grain = Grains.GetGrain<INoteGrain>("user:alice");
        await grain.Write("one");
        await grain.Write("two");
        var version = await grain.Version();
        await EndAndWait(grain);

        Assert.Equal("two", await grain.Text());
        Assert.True(await grain.Exists());
        Assert.Equal(version, await grain.Version());
    }

    [Fact]
    public async Task What_was_only_changed_in_memory_does_not_survive()
    {
        var grain = Grains.GetGrain<INoteGrain>("user:alice");
        await grain.Write("written");
        await grain.Change("changed");
        Assert.Equal("changed", await grain.Text());
        await EndAndWait(grain);

        Assert.Equal("written", await grain.Text());
    }

    [Fact]
    public async Task Reading_again_drops_changes_in_memory()
    {
        var grain = Grains.GetGrain<INoteGrain>("user:alice");
        await grain.Write("written");
        await grain.Change("changed");

        await grain.Reload();

        Assert.Equal("written", await grain.Text());
    }

    [Fact]
    public async Task A_cleared_state_is_fresh_at_once_and_after_the_activation()
    {
        var grain = Grains.GetGrain<INoteGrain>("user:alice");
        await grain.Write("gone");

        await grain.Clear();

        Assert.Equal("", await grain.Text());
        Assert.False(await grain.Exists());
        await EndAndWait(grain);
        Assert.Equal("", await grain.Text());
        Assert.False(await grain.Exists());
        await grain.Write("again");
        Assert.Equal("again", await grain.Text());
    }

    [Fact]
    public async Task A_write_over_a_newer_version_is_refused_and_the_next_activation_reads_what_is_stored()
    {
        var grain = Grains.GetGrain<INoteGrain>("user:alice");
        await grain.Write("first");
        var before = await grain.Activation();

        await Assert.ThrowsAsync<InconsistentStateException>(() => grain.WriteOverStale("mine"));

        await Wait.Eventually(async () => Assert.NotEqual(before, await grain.Activation()));
        Assert.Equal("of the other", await grain.Text());
    }

    [Fact]
    public async Task State_is_not_to_be_used_off_the_turns_of_its_grain()
    {
        var message = await Grains.GetGrain<INoteGrain>("user:alice").UseOffTurn();

        Assert.Contains("access violation", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grain_with_a_state_of_its_class_keeps_it()
    {
        foreach (var grain in new[] { Grains.GetGrain<ICountGrain>(7, "Orleans.Conformance.Storage.CountGrain"), Grains.GetGrain<INamedCountGrain>(8) })
        {
            Assert.Equal(1, await grain.Increment());
            Assert.Equal(2, await grain.Increment());
            await grain.End();
            await Wait.Eventually(async () => Assert.Equal(2, await grain.Get()));
            await grain.Clear();
            Assert.Equal(0, await grain.Get());
            Assert.Equal(1, await grain.Increment());
        }
    }

    [Fact]
    public async Task A_storage_that_is_not_registered_is_named_to_the_caller()
    {
        var refused = await Assert.ThrowsAsync<BadProviderConfigException>(() => Grains.GetGrain<IHomelessGrain>("alice").Touch());

        Assert.Contains("no such storage", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_states_of_a_grain_are_read_at_the_same_time()
    {
        var texts = await Grains.GetGrain<IShelfGrain>("alice").Texts().Soon("both states, each of which waits for the other");

        Assert.Equal("first second", texts);
    }

    [Fact]
    public async Task A_failed_read_fails_the_call_with_its_cause_and_the_next_call_starts_afresh()
    {
        _slow.Fault = new IOException("disk on fire");

        var failed = await Assert.ThrowsAsync<OrleansException>(() => Grains.GetGrain<IShelfGrain>("bob").Texts());
        Assert.Equal("disk on fire", Assert.IsType<IOException>(failed.InnerException).Message);

        _slow.Fault = null;
        Assert.Equal("first second", await Grains.GetGrain<IShelfGrain>("bob").Texts());
    }

    [Fact]
    public async Task A_facet_of_the_application_reaches_the_constructor() =>
        Assert.Equal("#alice", await Grains.GetGrain<IBadgeGrain>("alice").Badge());

    private static async Task EndAndWait(INoteGrain grain)
    {
        var before = await grain.Activation();
        await grain.End();
        await Wait.Eventually(async () => Assert.NotEqual(before, await grain.Activation()));
    }

    /// <summary>Answers a read only when another read waits beside it.</summary>
    private sealed class MeetingStorage : IGrainStorage
    {
        private readonly Lock _lock = new();
        private TaskCompletionSource? _first;

        public Exception? Fault { get; set; }

        public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            if (Fault is { } fault)
            {
                throw fault;
            }

            Task meeting;
            lock (_lock)
            {
                if (_first is { } waiting)
                {
                    _first = null;
                    waiting.SetResult();
                    meeting = Task.CompletedTask;
                }
                else
                {
                    _first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    meeting = _first.Task;
                }
            }

            await meeting;
            grainState.State = (T)(object)new Note { Text = stateName };
        }

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Task.CompletedTask;

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Task.CompletedTask;
    }
}

[Feature("Storage", "Memory storage")]
public sealed class PersistentStateInMemoryTests : PersistentStateConformance
{
    private IGrainStorage? _shared;

    protected override void Configure(ISiloBuilder silo, string name)
    {
        if (name == "notes")
        {
            silo.AddMemoryGrainStorage(name);
            return;
        }

        silo.Services.AddGrainStorage(name, (services, _) => _shared ??= services.GetRequiredKeyedService<IGrainStorage>("notes"));
    }
}

[Feature("Storage", "PostgreSQL storage (AddAdoNetGrainStorage)")]
[Collection(PostgresTests.Name)]
public sealed class PersistentStateInPostgresTests(PostgresFixture postgres) : PersistentStateConformance
{
    protected override void Configure(ISiloBuilder silo, string name) => silo.AddAdoNetGrainStorage(name, o =>
    {
        o.Invariant = "Npgsql";
        o.ConnectionString = postgres.Shared;
    });
}
