using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Conformance.Time;

[Feature("Hosting", "TimeProvider for everything, and keyed ones for parts (TimeProviderNames)")]
public sealed class ClockTests
{
    private static readonly DateTimeOffset s_grainsNow = new(1999, 12, 31, 23, 0, 0, TimeSpan.Zero);

    private readonly string _key = Signals.NewName();

    [Fact]
    public async Task Grains_and_their_timers_go_by_a_clock_of_their_own_while_calls_go_by_another()
    {
        var grains = new ManualTimeProvider(s_grainsNow);
        var calls = new ManualTimeProvider();
        await using var cluster = await OneSilo.Start(silo =>
        {
            silo.Services.AddKeyedSingleton<TimeProvider>(TimeProviderNames.Grains, grains);
            silo.Services.AddKeyedSingleton<TimeProvider>(TimeProviderNames.Messaging, calls);
        });
        var clock = cluster.Client.GetGrain<IClockGrain>(_key);
        Assert.Equal(s_grainsNow, await clock.Now());
        await clock.TickIn(TimeSpan.FromHours(1));

        grains.Advance(TimeSpan.FromHours(1));

        await Wait.Eventually(() => Assert.Equal(["tick"], Signals.Lines(_key)));
        Assert.Equal(s_grainsNow.AddHours(1), await clock.Now());
        var held = clock.Hold(_key);
        grains.Advance(TimeSpan.FromHours(1));
        Assert.False(held.IsCompleted);
        await Wait.Eventually(() =>
        {
            calls.Advance(TimeSpan.FromSeconds(10));
            Assert.True(held.IsCompleted);
        });
        await Assert.ThrowsAsync<TimeoutException>(() => held);
        Signals.Set(_key);
    }

    [Fact]
    public async Task Idle_grains_are_collected_by_the_clock_of_activations()
    {
        var activations = new ManualTimeProvider();
        await using var cluster = await OneSilo.Start(
            silo => silo.Services.AddKeyedSingleton<TimeProvider>(TimeProviderNames.ActivationManagement, activations));
        var clock = cluster.Client.GetGrain<IClockGrain>(_key);
        await clock.Now();

        await Wait.Eventually(() =>
        {
            activations.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal(["end"], Signals.Lines(_key));
        });
    }
}

public interface IClockGrain : IGrainWithStringKey
{
    Task<DateTimeOffset> Now();

    Task TickIn(TimeSpan due);

    Task Hold(string signal);
}

public sealed class ClockGrain(IGrainRuntime runtime) : Grain, IClockGrain
{
    public Task<DateTimeOffset> Now() => Task.FromResult(runtime.TimeProvider.GetUtcNow());

    public Task TickIn(TimeSpan due)
    {
        this.RegisterGrainTimer(
            () =>
            {
                Signals.Log(this.GetPrimaryKeyString(), "tick");
                return Task.CompletedTask;
            },
            due,
            Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    public Task Hold(string signal) => Signals.Wait(signal);

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (reason.ReasonCode == DeactivationReasonCode.ActivationIdle) Signals.Log(this.GetPrimaryKeyString(), "end");
        return Task.CompletedTask;
    }
}
