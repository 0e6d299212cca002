using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace Orleans.Conformance.Hosting;

public interface IPatientGrain : IGrainWithStringKey
{
    Task Touch();

    Task WaitForRelease();
}

/// <summary>Notes of what happened, and gates that a test opens.</summary>
public sealed class Journal
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

public sealed class PatientGrain(Journal journal) : Grain, IPatientGrain
{
    public Task Touch() => Task.CompletedTask;

    public async Task WaitForRelease()
    {
        journal.Entered.SetResult();
        await journal.Release.Task;
        journal.Lines.Enqueue("request done");
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        journal.Lines.Enqueue($"deactivated: {reason.ReasonCode}");
        return Task.CompletedTask;
    }
}

/// <summary>How a silo starts, and what it does for its grains when it stops.</summary>
[Feature("Hosting", "Silo lifecycle: stages, participants, startup tasks, validation of options")]
public sealed class SiloLifeTests
{
    private readonly Journal _journal = new();

    [Fact]
    public async Task Stages_start_upwards_and_stop_downwards()
    {
        await using (var cluster = await Deploy(silo =>
        {
            Note(silo, ServiceLifecycleStage.Active);
            Note(silo, ServiceLifecycleStage.RuntimeInitialize);
            Note(silo, ServiceLifecycleStage.ApplicationServices);
        }))
        {
            Assert.Equal(["start 2000", "start 10000", "start 20000"], _journal.Lines);
        }

        Assert.Equal(["start 2000", "start 10000", "start 20000", "stop 20000", "stop 10000", "stop 2000"], _journal.Lines);
    }

    [Fact]
    public async Task A_start_that_fails_stops_what_had_started_and_tells_the_reason()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Deploy(silo =>
        {
            Note(silo, ServiceLifecycleStage.RuntimeInitialize);
            silo.AddStartupTask((_, _) => throw new InvalidOperationException("no milk"));
            Note(silo, ServiceLifecycleStage.Last);
        }));

        Assert.Equal("no milk", refused.Message);
        Assert.Equal(["start 2000", "stop 2000"], _journal.Lines);
    }

    [Fact]
    public async Task A_participant_that_fails_to_stop_does_not_keep_the_others_from_stopping()
    {
        await using (var cluster = await Deploy(silo =>
        {
            Note(silo, ServiceLifecycleStage.RuntimeInitialize);
            silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(new Participant(
                ServiceLifecycleStage.Active, () => { }, () => throw new InvalidOperationException("stuck")));
        }))
        {
            _journal.Lines.Clear();
        }

        Assert.Equal(["stop 2000"], _journal.Lines);
    }

    [Fact]
    public async Task A_startup_task_calls_grains()
    {
        var greeting = "";

        await using var cluster = await Deploy(silo => silo.AddStartupTask(async (services, _) =>
            greeting = await services.GetRequiredService<IGrainFactory>().GetGrain<IDoormanGrain>("alice").Greet()));

        Assert.Equal("Hello, alice!", greeting);
    }

    [Fact]
    public async Task A_graceful_stop_lets_the_running_request_finish_and_deactivates_grains()
    {
        var cluster = await Deploy();
        var call = cluster.Client.GetGrain<IPatientGrain>("alice").WaitForRelease();
        await _journal.Entered.Task.Soon("the request");

        var stop = cluster.StopAllSilosAsync();
        _journal.Release.SetResult();
        await stop.Soon("the stop");

        await call.Soon("the answer");
        Assert.Equal(["request done", "deactivated: ShuttingDown"], _journal.Lines);
    }

    [Fact]
    public async Task A_request_that_waits_when_its_only_silo_stops_fails_and_does_not_run()
    {
        var ending = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var cluster = await Deploy(silo => silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(
            new Participant(ServiceLifecycleStage.GrainDeactivation, static () => { }, ending.SetResult)));
        var grain = cluster.Client.GetGrain<IPatientGrain>("alice");
        var running = grain.WaitForRelease();
        await _journal.Entered.Task.Soon("the request");
        var waiting = grain.Touch();

        var stop = cluster.StopAllSilosAsync();
        await ending.Task.Soon("the end of the grains");
        _journal.Release.SetResult();
        await stop.Soon("the stop");

        await running.Soon("the answer");
        await Assert.ThrowsAsync<SiloUnavailableException>(() => waiting.Soon("the failure"));
    }

    [Fact]
    public async Task A_silo_does_not_host_a_class_that_its_options_leave_out()
    {
        await using var cluster = await Deploy(silo => silo.Configure<GrainTypeOptions>(o => o.Classes.Remove(typeof(DoormanGrain))));

        Assert.Throws<ArgumentException>(() => cluster.Client.GetGrain<IDoormanGrain>("alice"));
    }

    [Fact]
    public async Task A_setting_that_cannot_be_read_is_a_fault_among_the_others()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(
        [
            new("Orleans:Endpoints:AdvertisedIPAddress", "nowhere"), new("Orleans:Messaging:ResponseTimeout", "soon"),
        ]);
        builder.UseOrleans();
        using var host = builder.Build();

        var refused = await Assert.ThrowsAsync<OrleansConfigurationException>(() => host.StartAsync());

        Assert.Contains("nowhere", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Orleans:Messaging:ResponseTimeout", refused.Message, StringComparison.Ordinal);
        Assert.Contains("UseLocalhostClustering", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_that_names_no_clustering_says_so()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans();
        using var host = builder.Build();

        var refused = await Assert.ThrowsAsync<OrleansConfigurationException>(() => host.StartAsync());

        Assert.Contains("UseLocalhostClustering", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_silo_does_not_deactivate_grains_and_fails_its_callers()
    {
        var cluster = await Deploy();
        var call = cluster.Client.GetGrain<IPatientGrain>("alice").WaitForRelease();
        await _journal.Entered.Task.Soon("the request");

        await cluster.KillSiloAsync(cluster.Silos[0]).Soon("the kill");

        await Assert.ThrowsAsync<SiloUnavailableException>(() => call.Soon("the failure"));
        Assert.Empty(_journal.Lines);
        _journal.Release.SetResult();
    }

    [Fact]
    public async Task A_call_to_a_silo_that_has_stopped_fails_at_once()
    {
        var cluster = await Deploy();
        var grain = cluster.Client.GetGrain<IPatientGrain>("alice");
        await grain.Touch();
        await cluster.StopAllSilosAsync();

        await Assert.ThrowsAsync<SiloUnavailableException>(() => grain.Touch().Soon("the failure"));
    }

    [Fact]
    public async Task A_restarted_silo_has_its_place_and_a_new_generation()
    {
        await using var cluster = await Deploy();
        var before = cluster.Silos[0];

        var after = await cluster.RestartSiloAsync(before);

        Assert.False(before.IsActive);
        Assert.Equal(before.SiloAddress.Endpoint, after.SiloAddress.Endpoint);
        Assert.True(after.SiloAddress.Generation > before.SiloAddress.Generation);
        Assert.Equal("Hello, bob!", await cluster.Client.GetGrain<IDoormanGrain>("bob").Greet());
    }

    [Fact]
    public async Task A_silo_tells_every_fault_of_its_configuration_at_once()
    {
        var refused = await Assert.ThrowsAsync<OrleansConfigurationException>(() => Deploy(silo =>
        {
            silo.Configure<ClusterOptions>(o => o.ServiceId = " ");
            silo.Configure<EndpointOptions>(o => o.SiloPort = 70000);
            silo.Configure<GrainCollectionOptions>(o =>
            {
                o.CollectionAge = TimeSpan.FromSeconds(1);
                o.DeactivationTimeout = TimeSpan.Zero;
            });
            silo.Configure<SiloMessagingOptions>(o => o.ResponseTimeout = TimeSpan.FromSeconds(-1));
        }));

        foreach (var key in new[]
        {
            "ClusterOptions.ServiceId", "EndpointOptions.SiloPort", "GrainCollectionOptions.CollectionAge",
            "GrainCollectionOptions.DeactivationTimeout", "SiloMessagingOptions.ResponseTimeout",
        })
        {
            Assert.Contains(key, refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_documented_defaults_are_the_defaults()
    {
        var collection = new GrainCollectionOptions();
        var messaging = new SiloMessagingOptions();

        Assert.Equal(TimeSpan.FromMinutes(15), collection.CollectionAge);
        Assert.Equal(TimeSpan.FromMinutes(1), collection.CollectionQuantum);
        Assert.Equal(TimeSpan.FromSeconds(30), collection.ActivationTimeout);
        Assert.Equal(TimeSpan.FromSeconds(30), collection.DeactivationTimeout);
        Assert.Equal(TimeSpan.FromMinutes(30), messaging.ResponseTimeoutWithDebugger);
        Assert.Equal(2, messaging.MaxForwardCount);
        Assert.False(messaging.CancelRequestOnTimeout);
        Assert.Equal(TimeSpan.FromMilliseconds(100), new SchedulingOptions().ActivationSchedulingQuantum);
        Assert.Equal(TimeSpan.FromMilliseconds(500), new StatelessWorkerOptions().IdleWorkersInspectionPeriod);
        Assert.Equal("default", new ClusterOptions().ClusterId);
        Assert.Equal(11111, new EndpointOptions().SiloPort);
        Assert.Equal(30000, new EndpointOptions().GatewayPort);
    }

    private async Task<InProcessTestCluster> Deploy(Action<ISiloBuilder>? configure = null)
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton(_journal);
            configure?.Invoke(silo);
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return cluster;
    }

    private void Note(ISiloBuilder silo, int stage) =>
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(new Participant(
            stage, () => _journal.Lines.Enqueue($"start {stage}"), () => _journal.Lines.Enqueue($"stop {stage}")));

    private sealed class Participant(int stage, Action start, Action stop) : ILifecycleParticipant<ISiloLifecycle>
    {
        public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe<Participant>(
            stage,
            _ =>
            {
                start();
                return Task.CompletedTask;
            },
            _ =>
            {
                stop();
                return Task.CompletedTask;
            });
    }
}
