using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>Registers the agent of a silo, and what applications see of the cluster.</summary>
internal static class ClusterServices
{
    /// <summary>The key of a time provider that leases and probes go by; the clock of the system unless it is registered.</summary>
    public const string ClockKey = TimeProviderNames.Membership;

    public static void AddTo(IServiceCollection services)
    {
        services.AddSingleton(CreateAgent);
        services.AddSingleton<IClusterAgent>(s => s.GetRequiredService<ClusterAgent>());
        services.AddSingleton<IControlHandler>(s => s.GetRequiredService<ClusterAgent>());
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, ClusterLifecycle>();
        services.TryAddSingleton<IMembershipStore>(s => new MemoryMembershipStore(Clock(s)));
        services.TryAddSingleton<IFatalErrorHandler, StopsTheHost>();

        services.AddSingleton<ClusterStatus>();
        services.AddSingleton<ISiloStatusOracle>(s => s.GetRequiredService<ClusterStatus>());
        services.AddSingleton<IClusterMembershipService>(s => s.GetRequiredService<ClusterStatus>());

        AddValidator<ClusterMembershipOptions>(services, ClusterOptionsRules.Check);
        AddValidator<SiloLeaseOptions>(services, ClusterOptionsRules.Check);
    }

    /// <summary>The clock that leases go by: that of grains may stand still in a test, and leases must not.</summary>
    public static TimeProvider Clock(IServiceProvider services) => services.GetKeyedService<TimeProvider>(ClockKey) ?? TimeProvider.System;

    private static ClusterAgent CreateAgent(IServiceProvider services)
    {
        var silo = services.GetRequiredService<ILocalSiloDetails>();
        var clock = Clock(services);
        var surroundings = new AgentSurroundings(
            Host: services.GetRequiredService<IActivationHost>,
            Network: services.GetRequiredService<IClusterNetwork>,
            OnFatal: reason => services.GetRequiredService<IFatalErrorHandler>().OnFatalException(silo, reason))
        {
            Observers = [.. services.GetServices<ISiloLeaseObserver>()],
        };
        var store = services.GetRequiredService<IMembershipStore>();
        return new ClusterAgent(
            new AgentIdentity(
                silo.SiloAddress, Guid.NewGuid(), silo.Name, silo.GatewayAddress, services.GetRequiredService<IOptions<ClusterOptions>>().Value.ServiceId),
            store,
            new AgentThread($"lease of {silo.SiloAddress}", clock),
            clock,
            surroundings,
            services.GetRequiredService<IOptions<SiloLeaseOptions>>().Value,
            services.GetRequiredService<IOptions<ClusterMembershipOptions>>().Value,
            services.GetRequiredService<ILogger<ClusterAgent>>())
        {
            StoreServer = store is MemoryMembershipStore ? new MembershipStoreServer(store).Answer : null,
        };
    }

    private static void AddValidator<TOptions>(IServiceCollection services, Action<TOptions, Faults> check)
        where TOptions : class =>
        services.AddSingleton<IConfigurationValidator>(s => new OptionsValidator<TOptions>(s.GetRequiredService<IOptions<TOptions>>(), check));

    private sealed class StopsTheHost(IServiceProvider services) : IFatalErrorHandler
    {
        public bool IsUnexpected(Exception exception) => exception is not OperationCanceledException;

        // Silos in containers of their own have no host that could be stopped.
        public void OnFatalException(object? sender, string? context, Exception? exception) =>
            services.GetService<IHostApplicationLifetime>()?.StopApplication();
    }
}

/// <summary>Leads a silo through its membership while its host starts and stops.</summary>
internal sealed class ClusterLifecycle(ClusterAgent agent) : ILifecycleParticipant<ISiloLifecycle>
{
    /// <summary>After the silo listens for others, and before it has anything that others could ask for; when stopping, before it no longer listens.</summary>
    public const int JoinStage = ServiceLifecycleStage.RuntimeServices + 100;

    /// <summary>When stopping: the last moment at which other silos may still wait for answers.</summary>
    public const int HandOverStage = JoinStage + 100;

    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe("membership", JoinStage, agent.Join, agent.Leave);
        lifecycle.Subscribe("handing over", HandOverStage, static _ => Task.CompletedTask, agent.HandOver);
        lifecycle.Subscribe("connections to all members", ServiceLifecycleStage.ValidateInitialConnectivity, agent.CheckConnectivity);
        lifecycle.Subscribe("ownership of grains", ServiceLifecycleStage.BecomeActive, agent.BecomeActive, BeginLeaving);
    }

    // A forced stop hands nothing over.
    private Task BeginLeaving(CancellationToken cancellation) =>
        cancellation.IsCancellationRequested ? Task.CompletedTask : agent.BeginLeaving(cancellation);
}
