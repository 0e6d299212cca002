using Microsoft.Extensions.DependencyInjection;
using Orleans.Conformance.Reminders;
using Orleans.Streams;
using Orleans.TestingHost;

namespace Orleans.Conformance.Cluster;

/// <summary>Reminders and streams where several silos share them.</summary>
[Feature("Cluster", "Reminders and streams over several silos: they spread, move with their silos, and go on")]
public sealed class RemindersAndStreamsTests : IAsyncLifetime
{
    private const int Grains = 40;
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private readonly ManualTimeProvider _clock = new();
    private readonly string _name = Signals.NewName();
    private InProcessTestCluster? _cluster;

    private InProcessTestCluster Cluster => _cluster!;

    public async Task InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(3);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddMemoryGrainStorageAsDefault().AddMemoryGrainStorage("PubSubStore").AddMemoryStreams("memory").UseInMemoryReminderService();
            silo.Services.AddKeyedSingleton<TimeProvider>("Orleans.Reminders", _clock);
        });
        builder.ConfigureClient(client => client.AddStreaming().AddMemoryStreams("memory"));
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async Task DisposeAsync() => await Cluster.DisposeAsync();

    [Fact]
    public async Task Each_reminder_ticks_once_whoever_joins_or_leaves()
    {
        for (var i = 0; i < Grains; i++) await Sleeper(i).Register("wake", s_minute, s_minute);
        await Ticks(1);

        await Cluster.StopSiloAsync(Cluster.Silos[^1]);
        await Cluster.StartAdditionalSiloAsync();
        await Ticks(2);

        for (var i = 0; i < Grains; i++)
        {
            var lines = Signals.Lines($"{_name}-{i}");
            Assert.Equal(lines.Distinct(), lines);
            await Sleeper(i).UnregisterByName("wake");
        }
    }

    [Fact]
    public async Task Reminders_and_streams_go_on_when_a_silo_is_killed()
    {
        for (var i = 0; i < Grains; i++)
        {
            await Sleeper(i).Register("wake", s_minute, s_minute);
            await Listener(i + Grains).Subscribe(Room(i + Grains));
            await Listener(i + Grains).ResumeWhenActivated(Room(i + Grains));
        }

        await Ticks(1);
        await Cluster.KillSiloAsync(Cluster.Silos[^1]);
        var before = Enumerable.Range(0, Grains).Max(i => Signals.Lines($"{_name}-{i}").Length);

        await Ticks(before + 2);
        for (var i = Grains; i < 2 * Grains; i++)
        {
            // A call that was on its way to the silo fails, and is made again.
            await Wait.Eventually(() => Send(0, i, "after"));
            await Wait.Eventually(() => Assert.Contains("after", Signals.Lines($"{_name}-{i}")));
        }
    }

    [Fact]
    public async Task Events_reach_subscribers_on_every_silo_in_order()
    {
        for (var i = 0; i < Grains; i++) await Listener(i).Subscribe(Room(i));

        for (var n = 0; n < 20; n++)
            for (var i = 0; i < Grains; i++) await Send(n % 3, i, $"{n}");

        for (var i = 0; i < Grains; i++) await Hears(i, [.. Enumerable.Range(0, 20).Select(n => $"{n}")]);
    }

    [Fact]
    public async Task A_client_of_another_process_sends_and_hears_whoever_leaves()
    {
        var heard = new System.Collections.Concurrent.ConcurrentQueue<string>();
        for (var i = 0; i < 10; i++)
        {
            await Cluster.Client.GetStreamProvider("memory").GetStream<string>(Room(i)).SubscribeAsync((item, _) =>
            {
                heard.Enqueue(item);
                return Task.CompletedTask;
            });
        }

        for (var i = 0; i < 10; i++) await Cluster.Client.GetStreamProvider("memory").GetStream<string>(Room(i)).OnNextAsync($"before {i}");
        await Wait.Eventually(() => Assert.Equal(10, heard.Count));
        await Cluster.StopSiloAsync(Cluster.Silos[^1]);
        for (var i = 0; i < 10; i++) await Send(0, i, $"after {i}");

        await Wait.Eventually(() => Assert.Equal(20, heard.Distinct().Count()));
    }

    [Fact]
    public async Task Events_that_wait_for_a_slow_subscriber_move_with_their_queue_when_a_silo_stops()
    {
        for (var i = 0; i < Grains; i++)
        {
            await Listener(i).Subscribe(Room(i));
            await Listener(i).ResumeWhenActivated(Room(i));
            for (var n = 0; n < 3; n++) await Send(0, i, $"hold {n}");
        }

        var stopping = Cluster.StopSiloAsync(Cluster.Silos[^1]);
        for (var i = 0; i < Grains; i++) Signals.Set($"{_name}-{i}");
        await stopping.Soon("the end of the silo");

        for (var i = 0; i < Grains; i++)
        {
            await Send(0, i, "after");

            // What was on its way when the silo stopped may come twice.
            await Wait.Eventually(() => Assert.Equal(
                ["hold 0", "hold 1", "hold 2", "after"], Signals.Lines($"{_name}-{i}").Where(l => l != "activated").Distinct()));
        }
    }

    private ISleeper Sleeper(int i) => Cluster.Client.GetGrain<ISleeper>($"{_name}-{i}");

    private Streams.IListener Listener(int i) => Cluster.Client.GetGrain<Streams.IListener>($"{_name}-{i}");

    private StreamId Room(int i) => StreamId.Create("room", $"{_name}-{i}");

    private Task Send(int silo, int i, string text) => Cluster.GetSiloServiceProvider(Cluster.Silos[silo].SiloAddress)
        .GetRequiredService<IClusterClient>().GetStreamProvider("memory").GetStream<string>(Room(i)).OnNextAsync(text);

    private Task Hears(int i, string[] expected) => Wait.Eventually(() => Assert.Equal(expected, Signals.Lines($"{_name}-{i}")));

    // The clock goes on in steps that are short beside the period.
    private Task Ticks(int count) => Wait.Eventually(() =>
    {
        _clock.Advance(s_minute / 4);
        for (var i = 0; i < Grains; i++) Assert.True(Signals.Lines($"{_name}-{i}").Length >= count);
    });
}
