using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using Orleans.TestingHost;
using OrleansSocial.Chat;

namespace OrleansSocial.Realtime;

/// <summary>Presence is a lease for each connection. The grains run alone here, and the test moves their clock.</summary>
public sealed class PresenceLeaseTests : IAsyncLifetime
{
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_linger = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider _clock = new();
    private InProcessTestCluster? _cluster;

    private IGrainFactory Grains => _cluster!.Client;

    public async ValueTask InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddRealtime();
            silo.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(_clock));
            silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
            silo.Services.AddSingleton<WriteFence>();
            silo.Services.AddSingleton<Horizons>().AddSingleton<EventCatalog>().AddSingleton<EventLog>();
            silo.Services.AddSingleton<ClusterKey>();

            // Nothing here reads the tables: presence is never stored.
            silo.Services.AddSingleton(s => new Database("Host=127.0.0.1;Port=1", new DatabaseOptions(), s.GetRequiredService<WriteFence>(), _clock));
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async ValueTask DisposeAsync() => await _cluster!.DisposeAsync();

    [Fact]
    public async Task A_lease_that_nobody_renews_ends_and_the_watchers_hear_of_it()
    {
        var (alice, bob) = (NewUser(), NewUser());
        var watching = await Attached(alice);
        Assert.False(await Stream(bob).Watch(alice));

        await Attached(bob);
        await Eventually(() => Assert.Equal([true], watching.Presence));
        Assert.True(await Stream(bob).IsOnline());

        // Alice's node goes on renewing, bob's is dead.
        _clock.Advance(s_lease / 2);
        await Stream(alice).Attach(watching.Id, watching.Reference);
        _clock.Advance(s_lease / 2);
        Assert.True(await Stream(bob).IsOnline());
        _clock.Advance(s_linger);

        await Eventually(() => Assert.Equal([true, false], watching.Presence));
        Assert.False(await Stream(bob).IsOnline());
        Assert.True(await Stream(alice).IsOnline());
    }

    [Fact]
    public async Task A_renewed_lease_goes_on()
    {
        var bob = NewUser();
        var connection = await Attached(bob);

        for (var i = 0; i < 10; i++)
        {
            _clock.Advance(s_lease / 2);
            await Stream(bob).Attach(connection.Id, connection.Reference);
        }

        Assert.True(await Stream(bob).IsOnline());
    }

    [Fact]
    public async Task A_reload_is_not_a_leaving()
    {
        var (alice, bob) = (NewUser(), NewUser());
        var watching = await Attached(alice);
        var first = await Attached(bob);
        Assert.True(await Stream(bob).Watch(alice));

        await Stream(bob).Detach(first.Id);
        _clock.Advance(s_linger / 2);
        await Attached(bob);
        _clock.Advance(s_linger);

        Assert.True(await Stream(bob).IsOnline());
        Assert.Empty(watching.Presence);
    }

    [Fact]
    public async Task The_last_of_several_connections_decides()
    {
        var bob = NewUser();
        var (phone, laptop) = (await Attached(bob), await Attached(bob));

        await Stream(bob).Detach(phone.Id);
        _clock.Advance(s_linger);
        Assert.True(await Stream(bob).IsOnline());

        await Stream(bob).Detach(laptop.Id);
        await Stream(bob).Detach(laptop.Id);
        _clock.Advance(s_linger);
        Assert.False(await Stream(bob).IsOnline());
    }

    [Fact]
    public async Task Watching_ends_with_its_time()
    {
        var (alice, bob) = (NewUser(), NewUser());
        var watching = await Attached(alice);
        await Stream(bob).Watch(alice);
        await Stream(bob).Watch(NewUser());

        for (var i = 0; i < 20; i++)
        {
            _clock.Advance(s_lease / 2);
            await Stream(alice).Attach(watching.Id, watching.Reference);
        }

        await Attached(bob);
        await Stream(bob).IsOnline();
        Assert.Empty(watching.Presence);
    }

    [Fact]
    public async Task Pushes_are_numbered_for_each_connection_and_spare_the_one_they_came_from()
    {
        var bob = NewUser();
        var (phone, laptop) = (await Attached(bob), await Attached(bob));

        for (var i = 0; i < 3; i++) await Stream(bob).Deliver(new LiveEvent(ChatLive.Typing.Name, "x"), i == 1 ? phone.Id : null);

        // On their way to a node pushes may overtake each other.
        await Eventually(() => Assert.Equal([1L, 2], phone.Numbers.Order()));
        await Eventually(() => Assert.Equal([1L, 2, 3], laptop.Numbers.Order()));
        var renewed = (await Stream(bob).Attach(phone.Id, phone.Reference)).Value;
        Assert.Equal((phone.Attachment.Id, 2L), (renewed.Id, renewed.Number));
    }

    private static UserId NewUser() => Ids.New<UserId>(TimeProvider.System);

    private IUserStreamGrain Stream(UserId user) => Grains.GetGrain<IUserStreamGrain>(user);

    private async Task<Observed> Attached(UserId user)
    {
        var observed = new Observed();
        observed.Reference = Grains.CreateObjectReference<IConnectionObserver>(observed);
        observed.Attachment = (await Stream(user).Attach(observed.Id, observed.Reference)).Value;
        return observed;
    }

    /// <summary>A connection whose node is this test.</summary>
    private sealed class Observed : IConnectionObserver
    {
        private readonly List<(LiveEvent Event, long Number)> _pushed = [];

        public ConnectionId Id { get; } = Ids.New<ConnectionId>(TimeProvider.System);

        public IConnectionObserver Reference { get; set; } = null!;

        public Attachment Attachment { get; set; } = null!;

        public IEnumerable<bool> Presence
        {
            get
            {
                lock (_pushed) return [.. _pushed.Select(p => p.Event.Data).OfType<PresenceNotice>().Select(n => n.Online)];
            }
        }

        public IEnumerable<long> Numbers
        {
            get
            {
                lock (_pushed) return [.. _pushed.Select(p => p.Number)];
            }
        }

        public Task Push(LiveEvent happened, long attachment, long number)
        {
            lock (_pushed) _pushed.Add((happened, number));
            return Task.CompletedTask;
        }

        public Task Position(string cursor, long attachment, long number) => Task.CompletedTask;

        public Task Close(string code) => Task.CompletedTask;
    }
}
