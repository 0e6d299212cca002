using Microsoft.Extensions.DependencyInjection;
using Orleans.Conformance.Storage;
using Orleans.TestingHost;
using Orleans.Timers;

namespace Orleans.Conformance.Reminders;

public interface ISleeper : IGrainWithStringKey
{
    Task<IGrainReminder> Register(string name, TimeSpan due, TimeSpan period);

    Task Unregister(IGrainReminder reminder);

    Task UnregisterByName(string name);

    Task<IGrainReminder?> Find(string name);

    Task<string[]> Names();

    Task End();

    Task<string> RefusalOffTurn();
}

public sealed class Sleeper(IReminderRegistry? registry = null) : Grain, ISleeper, IRemindable
{
    private string Key => this.GetPrimaryKeyString();

    public Task<IGrainReminder> Register(string name, TimeSpan due, TimeSpan period) => this.RegisterOrUpdateReminder(name, due, period);

    public Task Unregister(IGrainReminder reminder) => this.UnregisterReminder(reminder);

    public async Task UnregisterByName(string name) => await this.UnregisterReminder(await this.GetReminder(name));

    public async Task<IGrainReminder?> Find(string name) => await this.GetReminder(name);

    public async Task<string[]> Names() => [.. (await this.GetReminders()).Select(r => r.ReminderName).Order(StringComparer.Ordinal)];

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task<string> RefusalOffTurn()
    {
        try
        {
            var id = this.GetGrainId();
            await Task.Run(() => registry!.RegisterOrUpdateReminder(id, "wake", TimeSpan.Zero, TimeSpan.FromMinutes(1)));
            return "none";
        }
        catch (InvalidOperationException refusal)
        {
            return refusal.Message;
        }
    }

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        var since = status.CurrentTickTime - status.FirstTickTime;
        Signals.Log(Key, $"{reminderName} {since.TotalMinutes:0.##} of {status.Period.TotalMinutes:0.##}");
        if (reminderName.StartsWith("hold", StringComparison.Ordinal)) await Signals.Wait(Key);
        if (reminderName.StartsWith("fail", StringComparison.Ordinal)) throw new InvalidOperationException("Not now.");
    }
}

/// <summary>A grain of no base class, which reaches reminders by the registry.</summary>
public interface IPlainSleeper : IGrainWithStringKey
{
    Task Register(TimeSpan due, TimeSpan period);
}

public sealed class PlainSleeper(IGrainContext context, IReminderRegistry registry) : IGrainBase, IPlainSleeper, IRemindable
{
    public IGrainContext GrainContext => context;

    public Task Register(TimeSpan due, TimeSpan period) => registry.RegisterOrUpdateReminder(context.GrainId, "plain", due, period);

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        Signals.Log(context.GrainId.Key.ToString()!, reminderName);
        return Task.CompletedTask;
    }
}

/// <summary>A grain that is not remindable, and asks all the same.</summary>
public interface IForgetful : IGrainWithStringKey
{
    Task Register();
}

public sealed class Forgetful : Grain, IForgetful
{
    public Task Register() => this.RegisterOrUpdateReminder("wake", TimeSpan.Zero, TimeSpan.FromMinutes(1));
}

[Feature("Timers and reminders", "Reminders: register, update, unregister, ticks")]
public sealed class ReminderTests : IAsyncLifetime
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private readonly ManualTimeProvider _clock = new();
    private readonly string _name = Signals.NewName();
    private FaultyReminderTable? _table;
    private InProcessTestCluster _cluster = null!;

    private ISleeper Alice => _cluster.Client.GetGrain<ISleeper>(_name);

    public async Task InitializeAsync() => _cluster = await OneSilo.Start(silo =>
    {
        silo.Services.AddKeyedSingleton<TimeProvider>("Orleans.Reminders", _clock);
        silo.UseInMemoryReminderService();
        var inner = silo.Services.Last(s => s.ServiceType == typeof(IReminderTable));
        silo.Services.AddSingleton<IReminderTable>(services =>
            _table = new FaultyReminderTable((IReminderTable)ActivatorUtilities.CreateInstance(services, inner.ImplementationType!)));
    });

    public async Task DisposeAsync()
    {
        Signals.Set(_name);
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task A_reminder_ticks_when_it_is_due_and_then_each_period()
    {
        await Alice.Register("wake", s_minute, 2 * s_minute);
        Assert.Empty(Signals.Lines(_name));

        await Advance(s_minute, ticks: 1);
        await Advance(2 * s_minute, ticks: 2);
        await Advance(2 * s_minute, ticks: 3);

        Assert.Equal(["wake 0 of 2", "wake 2 of 2", "wake 4 of 2"], Signals.Lines(_name));
    }

    [Fact]
    public async Task A_reminder_that_is_due_at_once_ticks_at_once()
    {
        await Alice.Register("wake", TimeSpan.Zero, s_minute);

        await Wait.Eventually(() => Assert.Equal(["wake 0 of 1"], Signals.Lines(_name)));
    }

    [Fact]
    public async Task A_tick_activates_a_grain_that_has_ended()
    {
        await Alice.Register("wake", s_minute, s_minute);
        await _cluster.DeactivateAsync(Alice);

        await Advance(s_minute, ticks: 1);
    }

    [Fact]
    public async Task Ticks_that_fall_into_a_long_tick_are_left_out()
    {
        await Alice.Register("hold", s_minute, s_minute);
        await Advance(s_minute, ticks: 1);
        _clock.Advance(3.5 * s_minute);
        Assert.Single(Signals.Lines(_name));

        Signals.Set(_name);
        await Ticks(2, step: s_minute / 2);

        var minutes = double.Parse(Signals.Lines(_name)[1].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(minutes >= 4, $"The tick of minute {minutes} was to be left out.");
    }

    [Fact]
    public async Task A_tick_that_fails_does_not_end_the_reminder()
    {
        await Alice.Register("fail", s_minute, s_minute);

        await Advance(s_minute, ticks: 1);
        await Advance(s_minute, ticks: 2);
    }

    [Fact]
    public async Task Registering_again_replaces_the_schedule()
    {
        await Alice.Register("wake", s_minute, s_minute);
        await Alice.Register("wake", 3 * s_minute, 5 * s_minute);

        _clock.Advance(2 * s_minute);
        Assert.Empty(Signals.Lines(_name));
        await Advance(s_minute, ticks: 1);

        Assert.Equal(["wake 0 of 5"], Signals.Lines(_name));
        Assert.Equal(["wake"], await Alice.Names());
    }

    [Fact]
    public async Task An_unregistered_reminder_ticks_no_more()
    {
        await Alice.Register("wake", s_minute, s_minute);
        await Alice.Register("watch", s_minute, s_minute);
        await Alice.UnregisterByName("wake");

        await Advance(s_minute, ticks: 1);

        Assert.Equal(["watch 0 of 1"], Signals.Lines(_name));
        Assert.Equal(["watch"], await Alice.Names());
        Assert.Null(await Alice.Find("wake"));
    }

    [Fact]
    public async Task A_stale_handle_is_refused_and_a_fresh_one_works()
    {
        var stale = await Alice.Register("wake", s_minute, s_minute);
        await Alice.Register("wake", s_minute, s_minute);

        await Assert.ThrowsAsync<ReminderException>(() => Alice.Unregister(stale));

        var fresh = await Alice.Find("wake");
        Assert.Equal("wake", fresh!.ReminderName);
        await Alice.Unregister(fresh);
        await Assert.ThrowsAsync<ReminderException>(() => Alice.Unregister(fresh));
    }

    [Theory]
    [InlineData("", 0, 60, typeof(ArgumentNullException))]
    [InlineData("  ", 0, 60, typeof(ArgumentNullException))]
    [InlineData("wake", -1, 60, typeof(ArgumentOutOfRangeException))]
    [InlineData("wake", -0.001, 60, typeof(ArgumentOutOfRangeException))]
    [InlineData("wake", 0, -1, typeof(ArgumentOutOfRangeException))]
    [InlineData("wake", 0, -0.001, typeof(ArgumentOutOfRangeException))]
    [InlineData("wake", 0, 59.999, typeof(ArgumentException))]
    public async Task What_cannot_be_a_reminder_is_refused(string name, double due, double period, Type refusal)
    {
        var thrown = await Assert.ThrowsAnyAsync<ArgumentException>(
            () => Alice.Register(name, TimeSpan.FromSeconds(due), TimeSpan.FromSeconds(period)));

        Assert.IsType(refusal, thrown);
        Assert.Empty(await Alice.Names());
    }

    [Fact]
    public async Task A_grain_that_is_not_remindable_is_refused() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => _cluster.Client.GetGrain<IForgetful>(_name).Register());

    [Fact]
    public async Task Reminders_are_registered_on_turns_of_grains_only() => Assert.NotEqual("none", await Alice.RefusalOffTurn());

    [Fact]
    public async Task A_grain_of_no_base_class_uses_the_registry()
    {
        await _cluster.Client.GetGrain<IPlainSleeper>(_name).Register(s_minute, s_minute);

        await Advance(s_minute, ticks: 1);
    }

    [Fact]
    public async Task A_registration_that_could_not_be_stored_fails_and_never_ticks()
    {
        _table!.Fails = true;
        await Assert.ThrowsAsync<IOException>(() => Alice.Register("lost", s_minute, s_minute));
        _table.Fails = false;

        await Alice.Register("wake", 2 * s_minute, s_minute);
        await Advance(2 * s_minute, ticks: 1);

        Assert.Equal(["wake 0 of 1"], Signals.Lines(_name));
    }

    [Fact]
    public async Task What_others_wrote_into_the_table_is_seen_when_it_is_read_again()
    {
        var start = _clock.GetUtcNow().UtcDateTime + (7 * s_minute);
        await _table!.UpsertRow(new ReminderEntry { GrainId = Alice.GetGrainId(), ReminderName = "foreign", StartAt = start, Period = s_minute });

        await Ticks(1, step: s_minute / 2);

        Assert.StartsWith("foreign ", Signals.Lines(_name)[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_without_a_reminder_service_says_so()
    {
        await using var bare = await OneSilo.Start();

        var refused = await Assert.ThrowsAsync<OrleansConfigurationException>(
            () => bare.Client.GetGrain<ISleeper>(_name).Register("wake", s_minute, s_minute));

        Assert.Contains("UseInMemoryReminderService", refused.Message, StringComparison.Ordinal);
    }

    private async Task Advance(TimeSpan by, int ticks)
    {
        _clock.Advance(by);
        await Ticks(ticks, TimeSpan.FromMilliseconds(1));
    }

    // A tick arms the next one when it has ended, which may be after the test saw it: time goes on in small steps.
    private Task Ticks(int count, TimeSpan step) => Wait.Eventually(() =>
    {
        if (Signals.Lines(_name).Length < count) _clock.Advance(step);
        Assert.True(Signals.Lines(_name).Length >= count);
    });
}

/// <summary>Reminders in PostgreSQL outlive the cluster.</summary>
[Feature("Timers and reminders", "Reminders in PostgreSQL")]
[Collection(PostgresTests.Name)]
public sealed class PostgresReminderTests(PostgresFixture postgres)
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_new_cluster_goes_on_with_the_reminders_and_leaves_out_what_was_missed()
    {
        var name = Signals.NewName();
        var clock = new ManualTimeProvider();
        var builder = Builder(clock);
        await using (var first = builder.Build())
        {
            await first.DeployAsync();
            await first.Client.GetGrain<ISleeper>(name).Register("wake", s_minute, s_minute);
        }

        clock.Advance(5.5 * s_minute);
        await using var second = builder.Build();
        await second.DeployAsync();
        Assert.Equal(["wake"], await second.Client.GetGrain<ISleeper>(name).Names());
        Assert.Empty(Signals.Lines(name));
        await Wait.Eventually(() =>
        {
            if (Signals.Lines(name).Length == 0) clock.Advance(s_minute / 2);
            Assert.NotEmpty(Signals.Lines(name));
        });

        Assert.StartsWith("wake ", Assert.Single(Signals.Lines(name)), StringComparison.Ordinal);
        Assert.DoesNotContain("wake 0 of 1", Signals.Lines(name));
    }

    private InProcessTestClusterBuilder Builder(ManualTimeProvider clock)
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddMemoryGrainStorageAsDefault();
            silo.Services.AddKeyedSingleton<TimeProvider>("Orleans.Reminders", clock);
            silo.UseAdoNetReminderService(o =>
            {
                o.Invariant = "Npgsql";
                o.ConnectionString = postgres.Shared;
            });
        });
        builder.Options.ServiceId = Signals.NewName();
        return builder;
    }
}
