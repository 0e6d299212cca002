using Microsoft.Extensions.DependencyInjection;
using Orleans.Conformance.Storage;
using Orleans.TestingHost;

namespace Orleans.Conformance.Reminders;

/// <summary>What every reminder table does, whatever keeps the rows.</summary>
[Feature("Timers and reminders", "IReminderTable: in memory, in PostgreSQL, and one that fails")]
public abstract class ReminderTableConformance : IAsyncLifetime
{
    private static readonly DateTime s_start = new(2030, 1, 1, 12, 0, 0, 250, DateTimeKind.Utc);

    private InProcessTestCluster? _cluster;

    protected IReminderTable Table { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) => Configure(silo));
        _cluster = builder.Build();
        await _cluster.DeployAsync();
        Table = _cluster.GetSiloServiceProvider().GetRequiredService<IReminderTable>();
    }

    public async Task DisposeAsync() => await _cluster!.DisposeAsync();

    /// <summary>Adds the table.</summary>
    protected abstract void Configure(ISiloBuilder silo);

    [Fact]
    public async Task A_reminder_nobody_wrote_is_not_there()
    {
        Assert.Null(await Table.ReadRow(Grain("alice"), "wake"));
        Assert.Empty((await Table.ReadRows(Grain("alice"))).Reminders);
        Assert.Empty((await Table.ReadRows(0, 0)).Reminders);
    }

    [Fact]
    public async Task What_was_written_is_read_again()
    {
        var etag = await Table.UpsertRow(Entry("alice", "wake"));

        var row = await Table.ReadRow(Grain("alice"), "wake");

        Assert.Equal(Grain("alice"), row.GrainId);
        Assert.Equal("wake", row.ReminderName);
        Assert.Equal(s_start, row.StartAt);
        Assert.Equal(TimeSpan.FromMinutes(2.5), row.Period);
        Assert.Equal(etag, row.ETag);
    }

    [Fact]
    public async Task Writing_again_replaces_the_schedule_and_gives_a_new_version()
    {
        var first = await Table.UpsertRow(Entry("alice", "wake"));
        var changed = Entry("alice", "wake");
        changed.Period = TimeSpan.FromHours(1);

        var second = await Table.UpsertRow(changed);

        Assert.NotEqual(first, second);
        var row = Assert.Single((await Table.ReadRows(Grain("alice"))).Reminders);
        Assert.Equal(TimeSpan.FromHours(1), row.Period);
        Assert.Equal(second, row.ETag);
    }

    [Fact]
    public async Task A_row_is_removed_by_its_present_version_only()
    {
        var first = await Table.UpsertRow(Entry("alice", "wake"));
        var second = await Table.UpsertRow(Entry("alice", "wake"));

        Assert.False(await Table.RemoveRow(Grain("alice"), "wake", first));
        Assert.False(await Table.RemoveRow(Grain("alice"), "other", second));
        Assert.False(await Table.RemoveRow(Grain("bob"), "wake", second));
        Assert.NotNull(await Table.ReadRow(Grain("alice"), "wake"));
        Assert.True(await Table.RemoveRow(Grain("alice"), "wake", second));
        Assert.False(await Table.RemoveRow(Grain("alice"), "wake", second));
        Assert.Null(await Table.ReadRow(Grain("alice"), "wake"));
    }

    [Fact]
    public async Task Grains_and_names_do_not_mix()
    {
        await Table.UpsertRow(Entry("alice", "wake"));
        await Table.UpsertRow(Entry("alice", "Wake"));
        await Table.UpsertRow(Entry("Alice", "wake"));
        await Table.UpsertRow(Entry("名前", "目覚まし"));

        Assert.Equal(["Wake", "wake"], (await Table.ReadRows(Grain("alice"))).Reminders.Select(r => r.ReminderName).Order(StringComparer.Ordinal));
        Assert.Equal(["wake"], (await Table.ReadRows(Grain("Alice"))).Reminders.Select(r => r.ReminderName));
        Assert.Equal(["目覚まし"], (await Table.ReadRows(Grain("名前"))).Reminders.Select(r => r.ReminderName));
    }

    [Fact]
    public async Task Ranges_of_hashes_part_the_rows_whichever_way_round_they_go()
    {
        var grains = Enumerable.Range(0, 60).Select(i => Grain($"user{i}")).ToArray();
        foreach (var grain in grains) await Table.UpsertRow(Entry(grain, "wake"));
        uint[] bounds = [0, 1u << 30, 1u << 31, (1u << 31) + (1u << 30), uint.MaxValue - 5, grains[7].GetUniformHashCode()];
        Array.Sort(bounds);

        for (var i = 0; i < bounds.Length; i++)
        {
            foreach (var end in bounds)
            {
                var begin = bounds[i];
                var expected = grains.Where(g => IsWithin(g.GetUniformHashCode(), begin, end)).Order();
                Assert.Equal(expected, (await Table.ReadRows(begin, end)).Reminders.Select(r => r.GrainId).Order());
            }
        }
    }

    [Fact]
    public async Task Many_writers_of_one_row_leave_one_row_in_the_version_of_one_of_them()
    {
        var versions = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Table.UpsertRow(Entry("alice", "wake"))));

        Assert.Equal(20, versions.Distinct().Count());
        Assert.Contains(Assert.Single((await Table.ReadRows(Grain("alice"))).Reminders).ETag, versions);
    }

    [Fact]
    public async Task Clearing_leaves_nothing()
    {
        await Table.UpsertRow(Entry("alice", "wake"));
        await Table.UpsertRow(Entry("bob", "wake"));

        await Table.TestOnlyClearTable();

        Assert.Empty((await Table.ReadRows(0, 0)).Reminders);
    }

    protected static GrainId Grain(string key) => GrainId.Create("sleeper", $"user:{key}");

    protected static ReminderEntry Entry(string key, string name) => Entry(Grain(key), name);

    private static ReminderEntry Entry(GrainId grain, string name) =>
        new() { GrainId = grain, ReminderName = name, StartAt = s_start, Period = TimeSpan.FromMinutes(2.5) };

    private static bool IsWithin(uint hash, uint begin, uint end) =>
        begin < end ? hash > begin && hash <= end : hash > begin || hash <= end;
}

public sealed class InMemoryReminderTableTests : ReminderTableConformance
{
    protected override void Configure(ISiloBuilder silo) => silo.UseInMemoryReminderService();
}

[Collection(PostgresTests.Name)]
public sealed class PostgresReminderTableTests(PostgresFixture postgres) : ReminderTableConformance
{
    protected override void Configure(ISiloBuilder silo) => silo.UseAdoNetReminderService(o =>
    {
        o.Invariant = "Npgsql";
        o.ConnectionString = postgres.Shared;
    });
}

/// <summary>The same over a table that fails every other time before it does anything, behind callers that try again.</summary>
public sealed class FailingReminderTableTests : ReminderTableConformance
{
    protected override void Configure(ISiloBuilder silo)
    {
        silo.AddReminders();
        silo.Services.AddSingleton<IReminderTable>(services =>
            new PatientReminderTable(new FaultyReminderTable(TableInMemory(services)) { FailsEveryOther = true }));
    }

    private static IReminderTable TableInMemory(IServiceProvider services)
    {
        // The table in memory is the runtime's own class: it is taken from where the runtime registers it.
        var own = new ServiceCollection();
        new Registrations(own).UseInMemoryReminderService();
        var table = own.Last(s => s.ServiceType == typeof(IReminderTable));
        return (IReminderTable)ActivatorUtilities.CreateInstance(services, table.ImplementationType!);
    }

    private sealed class Registrations(IServiceCollection services) : ISiloBuilder
    {
        public IServiceCollection Services => services;

        public Microsoft.Extensions.Configuration.IConfiguration Configuration { get; } =
            new Microsoft.Extensions.Configuration.ConfigurationBuilder().Build();
    }
}
