using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Serialization;
using Orleans.Storage;
using Orleans.TestingHost;

namespace Orleans.Conformance.Storage;

[GenerateSerializer]
public sealed class Note
{
    [Id(0)]
    public string Text { get; set; } = "";

    [Id(1)]
    public List<int> Numbers { get; set; } = [];

    [Id(2)]
    public Note? Inner { get; set; }
}

/// <summary>What every storage of grain state does, whatever keeps the states.</summary>
[Feature("Storage", "IGrainStorage: versions, conflicts, clearing, references")]
public abstract class GrainStorageConformance : IAsyncLifetime
{
    protected const string StorageName = "notes";

    private InProcessTestCluster? _cluster;

    protected IGrainStorage Storage => _cluster!.GetSiloServiceProvider().GetRequiredKeyedService<IGrainStorage>(StorageName);

    public virtual async Task InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder();
        builder.ConfigureSilo((_, silo) => Configure(silo));
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public virtual async Task DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }

    /// <summary>Adds the storage under <see cref="StorageName"/>.</summary>
    protected abstract void Configure(ISiloBuilder silo);

    [Fact]
    public async Task A_state_nobody_wrote_is_fresh_and_has_no_version()
    {
        var state = new GrainState<Note>(new Note { Text = "left over" }, "7") { RecordExists = true };

        await Storage.ReadStateAsync("note", Grain("alice"), state);

        Assert.Equal("", state.State!.Text);
        Assert.Null(state.ETag);
        Assert.False(state.RecordExists);
    }

    [Fact]
    public async Task What_was_written_is_read_again()
    {
        var written = new GrainState<Note>(new Note { Text = "שלום 👋🏽 e\u0301", Numbers = [1, 2, 3], Inner = new Note { Text = "in" } });
        await Storage.WriteStateAsync("note", Grain("alice"), written);

        var read = await Read("note", Grain("alice"));

        Assert.Equal("שלום 👋🏽 e\u0301", read.State!.Text);
        Assert.Equal([1, 2, 3], read.State.Numbers);
        Assert.Equal("in", read.State.Inner!.Text);
        Assert.True(read.RecordExists);
        Assert.Equal(written.ETag, read.ETag);
        Assert.True(written.RecordExists);
    }

    [Fact]
    public async Task Stored_state_shares_nothing_with_the_writer_or_with_readers()
    {
        var written = new GrainState<Note>(new Note { Numbers = [1] });
        await Storage.WriteStateAsync("note", Grain("alice"), written);
        written.State!.Numbers.Add(2);
        var first = await Read("note", Grain("alice"));
        first.State!.Numbers.Add(3);

        var second = await Read("note", Grain("alice"));

        Assert.Equal([1], second.State!.Numbers);
    }

    [Fact]
    public async Task Each_write_gives_a_new_version_that_the_next_write_builds_on()
    {
        var state = new GrainState<Note>(new Note { Text = "one" });
        await Storage.WriteStateAsync("note", Grain("alice"), state);
        var first = state.ETag;
        state.State!.Text = "two";
        await Storage.WriteStateAsync("note", Grain("alice"), state);

        Assert.NotNull(first);
        Assert.NotEqual(first, state.ETag);
        Assert.Equal("two", (await Read("note", Grain("alice"))).State!.Text);
    }

    [Fact]
    public async Task A_writer_that_never_read_cannot_overwrite_what_is_stored()
    {
        await Storage.WriteStateAsync("note", Grain("alice"), new GrainState<Note>(new Note { Text = "stored" }));

        var late = new GrainState<Note>(new Note { Text = "late" });
        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.WriteStateAsync("note", Grain("alice"), late));

        Assert.Equal("stored", (await Read("note", Grain("alice"))).State!.Text);
        Assert.Null(late.ETag);
    }

    [Fact]
    public async Task Of_two_writers_of_one_version_the_second_is_refused()
    {
        await Storage.WriteStateAsync("note", Grain("alice"), new GrainState<Note>(new Note { Text = "zero" }));
        var first = await Read("note", Grain("alice"));
        var second = await Read("note", Grain("alice"));
        var version = second.ETag;
        first.State!.Text = "first";
        second.State!.Text = "second";

        await Storage.WriteStateAsync("note", Grain("alice"), first);
        var refused = await Assert.ThrowsAsync<InconsistentStateException>(
            () => Storage.WriteStateAsync("note", Grain("alice"), second));

        Assert.Equal(version, refused.CurrentEtag);
        Assert.Equal(version, second.ETag);
        Assert.Equal("first", (await Read("note", Grain("alice"))).State!.Text);
    }

    [Fact]
    public async Task A_version_of_a_state_that_is_gone_cannot_be_written()
    {
        var state = new GrainState<Note>(new Note { Text = "kept" });
        await Storage.WriteStateAsync("note", Grain("alice"), state);
        var stale = await Read("note", Grain("alice"));
        await Storage.ClearStateAsync("note", Grain("alice"), state);

        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.WriteStateAsync("note", Grain("alice"), stale));

        Assert.False((await Read("note", Grain("alice"))).RecordExists);
    }

    [Fact]
    public async Task Many_first_writers_at_once_make_one_state()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            try
            {
                await Storage.WriteStateAsync("note", Grain("alice"), new GrainState<Note>(new Note { Text = $"{i}" }));
                return i;
            }
            catch (InconsistentStateException)
            {
                return -1;
            }
        }));

        var winner = Assert.Single(outcomes, i => i >= 0);
        Assert.Equal($"{winner}", (await Read("note", Grain("alice"))).State!.Text);
    }

    [Fact]
    public async Task Many_writers_of_one_version_at_once_make_one_change()
    {
        await Storage.WriteStateAsync("note", Grain("alice"), new GrainState<Note>(new Note { Text = "start" }));
        var readers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Read("note", Grain("alice"))));

        var outcomes = await Task.WhenAll(readers.Select(async (state, i) =>
        {
            state.State!.Text = $"{i}";
            try
            {
                await Storage.WriteStateAsync("note", Grain("alice"), state);
                return i;
            }
            catch (InconsistentStateException)
            {
                return -1;
            }
        }));

        var winner = Assert.Single(outcomes, i => i >= 0);
        Assert.Equal($"{winner}", (await Read("note", Grain("alice"))).State!.Text);
    }

    [Fact]
    public async Task A_cleared_state_reads_as_fresh_and_can_be_written_again()
    {
        var state = new GrainState<Note>(new Note { Text = "gone" });
        await Storage.WriteStateAsync("note", Grain("alice"), state);

        await Storage.ClearStateAsync("note", Grain("alice"), state);
        var read = await Read("note", Grain("alice"));

        Assert.Equal("", state.State!.Text);
        Assert.False(state.RecordExists);
        Assert.Equal("", read.State!.Text);
        Assert.False(read.RecordExists);
        Assert.Equal(state.ETag, read.ETag);

        state.State.Text = "again";
        await Storage.WriteStateAsync("note", Grain("alice"), state);
        Assert.Equal("again", (await Read("note", Grain("alice"))).State!.Text);
    }

    [Fact]
    public async Task Clearing_with_a_stale_version_is_refused_and_keeps_the_state()
    {
        var state = new GrainState<Note>(new Note { Text = "one" });
        await Storage.WriteStateAsync("note", Grain("alice"), state);
        var stale = await Read("note", Grain("alice"));
        state.State!.Text = "two";
        await Storage.WriteStateAsync("note", Grain("alice"), state);

        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.ClearStateAsync("note", Grain("alice"), stale));

        Assert.Equal("two", (await Read("note", Grain("alice"))).State!.Text);
    }

    [Fact]
    public async Task Clearing_what_was_never_written_changes_nothing()
    {
        var state = new GrainState<Note>(new Note { Text = "memory" });

        await Storage.ClearStateAsync("note", Grain("alice"), state);

        Assert.Equal("", state.State!.Text);
        Assert.Null(state.ETag);
        Assert.False((await Read("note", Grain("alice"))).RecordExists);
    }

    [Fact]
    public async Task Keys_and_state_names_do_not_mix()
    {
        var key = Guid.NewGuid();
        GrainId[] grains =
        [
            Grain("alice"), Grain("Alice"), Grain("alice+x"), Grain("alice "), GrainId.Create("note", "名前"),
            new(GrainType.Create("note"), GrainIdKeyExtensions.CreateGuidKey(key)),
            new(GrainType.Create("note"), GrainIdKeyExtensions.CreateGuidKey(key, "x")),
            new(GrainType.Create("note"), GrainIdKeyExtensions.CreateIntegerKey(42)),
            new(GrainType.Create("note"), GrainIdKeyExtensions.CreateIntegerKey(-42)),
            new(GrainType.Create("note"), GrainIdKeyExtensions.CreateIntegerKey(42, "x")),
        ];
        foreach (var grain in grains)
        {
            await Storage.WriteStateAsync("note", grain, new GrainState<Note>(new Note { Text = $"note of {grain}" }));
            await Storage.WriteStateAsync("other", grain, new GrainState<Note>(new Note { Text = $"other of {grain}" }));
        }

        foreach (var grain in grains)
        {
            Assert.Equal($"note of {grain}", (await Read("note", grain)).State!.Text);
            Assert.Equal($"other of {grain}", (await Read("other", grain)).State!.Text);
        }
    }

    [Fact]
    public async Task A_large_state_comes_back_whole()
    {
        var text = string.Create(1_000_000, 0, static (span, _) => span.Fill('x'));
        await Storage.WriteStateAsync("note", Grain("alice"), new GrainState<Note>(new Note { Text = text }));

        Assert.Equal(text, (await Read("note", Grain("alice"))).State!.Text);
    }

    protected static GrainId Grain(string key) => GrainId.Create("note", $"user:{key}");

    protected async Task<GrainState<Note>> Read(string stateName, GrainId grain)
    {
        var state = new GrainState<Note>();
        await Storage.ReadStateAsync(stateName, grain, state);
        return state;
    }
}

/// <summary>The binary form of calls, as the form of rows.</summary>
public sealed class BinaryGrainStorageTests : GrainStorageConformance
{
    protected override void Configure(ISiloBuilder silo) => silo.AddMemoryGrainStorage(
        StorageName,
        (OptionsBuilder<MemoryGrainStorageOptions> options) => options.Configure<Serializer>(
            (o, serializer) => o.GrainStorageSerializer = new OrleansGrainStorageSerializer(serializer)));
}

public sealed class MemoryGrainStorageTests : GrainStorageConformance
{
    protected override void Configure(ISiloBuilder silo) => silo.AddMemoryGrainStorage(StorageName);
}
