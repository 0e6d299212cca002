using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using Orleans.TestingHost;
using OrleansSocial.Chat;

namespace OrleansSocial.Realtime;

/// <summary>Whoever has no live connection is passed over by each silo, and by none once they come. Two silos of streams alone; the test moves their clock.</summary>
public sealed class LiveRosterTests : IAsyncLifetime
{
    private static readonly RealtimeOptions s_options = new();

    private readonly FakeTimeProvider _clock = new();
    private readonly Calls _calls = new();
    private InProcessTestCluster? _cluster;

    public async ValueTask InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(2);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddRealtime();
            silo.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(_clock));
            silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
            silo.Services.AddSingleton<IIncomingGrainCallFilter>(_calls);
            silo.Services.AddSingleton<WriteFence>();
            silo.Services.AddSingleton<Horizons>().AddSingleton<EventCatalog>().AddSingleton<EventLog>();
            silo.Services.AddSingleton<ClusterKey>();

            // Nothing here reads the tables.
            silo.Services.AddSingleton(s => new Database("Host=127.0.0.1;Port=1", new DatabaseOptions(), s.GetRequiredService<WriteFence>(), _clock));
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
        await _cluster.WaitForLivenessToStabilizeAsync();
    }

    public async ValueTask DisposeAsync() => await _cluster!.DisposeAsync();

    [Fact]
    public async Task Whoever_is_not_there_is_asked_for_once_and_by_each_silo_sent_to_from_their_first_connection_on()
    {
        var bob = NewUser();
        await KnownAsAway(bob, silo: 0);
        await KnownAsAway(bob, silo: 1);
        var before = _calls.Of(bob);
        for (var i = 0; i < 100; i++) Tell(i % 2, bob);

        var phone = await Attached(bob);
        Tell(0, bob);
        Tell(1, bob);
        Tell(1, bob);

        await Eventually(() => Assert.Equal(3, phone.Pushes));
        Assert.Equal(before + 3, _calls.Of(bob));
    }

    [Fact]
    public async Task An_answer_that_nobody_is_there_counts_for_nothing_when_somebody_came_meanwhile()
    {
        var bob = NewUser();
        var answer = _calls.HoldAnswers();
        Tell(0, bob);
        await Eventually(() => Assert.Equal(1, _calls.Held));

        var phone = await Attached(bob);
        answer.SetResult();
        await Eventually(() => Assert.Equal(0, _calls.Held));

        for (var i = 1; i <= 20; i++)
        {
            Tell(0, bob);
            await Eventually(() => Assert.Equal(i, phone.Pushes));
        }
    }

    [Fact]
    public async Task After_some_seconds_it_is_asked_again()
    {
        var bob = NewUser();
        await KnownAsAway(bob, silo: 0);
        var before = _calls.Of(bob);

        _clock.Advance(TimeSpan.FromSeconds(s_options.RosterSeconds));
        Tell(0, bob);

        await Eventually(() => Assert.Equal(before + 1, _calls.Of(bob)));
    }

    [Fact]
    public async Task Whoever_left_is_passed_over_again_and_found_again()
    {
        var bob = NewUser();
        var phone = await Attached(bob);
        Tell(0, bob);
        await Eventually(() => Assert.Equal(1, phone.Pushes));
        await Stream(bob).Detach(phone.Id);
        _clock.Advance(TimeSpan.FromSeconds(s_options.RosterSeconds));
        await KnownAsAway(bob, silo: 0);

        var laptop = await Attached(bob);
        Tell(0, bob);

        await Eventually(() => Assert.Equal(1, laptop.Pushes));
        Assert.Equal(1, phone.Pushes);
    }

    private static UserId NewUser() => Ids.New<UserId>(TimeProvider.System);

    private IUserStreamGrain Stream(UserId user) => _cluster!.Client.GetGrain<IUserStreamGrain>(user);

    // As a conversation on that silo would.
    private void Tell(int silo, UserId user)
    {
        var stream = ServicesOf(silo).GetRequiredService<IGrainFactory>().GetGrain<IUserStreamGrain>(user);
        ServicesOf(silo).GetRequiredService<ILiveRoster>().Tell(user, stream, new(ChatLive.Typing.Name, "x"), null);
    }

    private Task KnownAsAway(UserId user, int silo)
    {
        Tell(silo, user);
        return Eventually(() => Assert.False(ServicesOf(silo).GetRequiredService<LiveRoster>().IsThere(user) ?? true));
    }

    private IServiceProvider ServicesOf(int silo) => _cluster!.GetSiloServiceProvider(_cluster.Silos[silo].SiloAddress);

    private async Task<Observed> Attached(UserId user)
    {
        var observed = new Observed();
        observed.Reference = _cluster!.Client.CreateObjectReference<IConnectionObserver>(observed);
        Assert.Null((await Stream(user).Attach(observed.Id, observed.Reference)).Refusal);
        return observed;
    }

    /// <summary>Counts what reaches the streams, and holds answers back.</summary>
    private sealed class Calls : IIncomingGrainCallFilter
    {
        private readonly ConcurrentDictionary<Guid, int> _counts = [];
        private volatile Task _hold = Task.CompletedTask;
        private int _held;

        public int Held => Volatile.Read(ref _held);

        public int Of(UserId user) => _counts.GetValueOrDefault(user.Value);

        public TaskCompletionSource HoldAnswers()
        {
            var until = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _hold = until.Task;
            return until;
        }

        public async Task Invoke(IIncomingGrainCallContext context)
        {
            if (context.MethodName is nameof(IUserStreamGrain.Reach) or nameof(IUserStreamGrain.Deliver))
                _counts.AddOrUpdate(context.TargetId.GetGuidKey(), 1, (_, n) => n + 1);
            await context.Invoke();
            if (context.MethodName != nameof(IUserStreamGrain.Reach) || _hold.IsCompleted) return;
            Interlocked.Increment(ref _held);
            await _hold;
            Interlocked.Decrement(ref _held);
        }
    }

    /// <summary>A connection whose node is this test.</summary>
    private sealed class Observed : IConnectionObserver
    {
        private int _pushes;

        public ConnectionId Id { get; } = Ids.New<ConnectionId>(TimeProvider.System);

        public IConnectionObserver? Reference { get; set; }

        public int Pushes => Volatile.Read(ref _pushes);

        public Task Push(LiveEvent happened, long attachment, long number)
        {
            Interlocked.Increment(ref _pushes);
            return Task.CompletedTask;
        }

        public Task Position(string cursor, long attachment, long number) => Task.CompletedTask;

        public Task Close(string code) => Task.CompletedTask;
    }
}
