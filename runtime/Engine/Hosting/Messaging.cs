using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>Joins the engine of a silo, its agent and its connections.</summary>
internal static class Messaging
{
    public static void AddTo(IServiceCollection services)
    {
        services.AddSingleton<IActivationHost>(s => s.GetRequiredService<GrainEngine>());
        services.TryAddSingleton(s => SocketTransport.Create(s.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton(s =>
        {
            var silo = s.GetRequiredService<ILocalSiloDetails>();
            var cluster = s.GetRequiredService<IOptions<ClusterOptions>>().Value;
            return new MessageCenter(
                new ProcessIdentity(cluster.ClusterId, cluster.ServiceId, silo.SiloAddress, s.GetRequiredService<GrainEngine>().ClientId),
                s.GetRequiredService<Transport>(),
                s.GetRequiredService<IOptions<ConnectionOptions>>().Value,
                s.GetRequiredService<IOptions<SiloMessagingOptions>>().Value,
                s,
                s.GetRequiredService<ILogger<MessageCenter>>());
        });
        services.AddSingleton<IMessageCenter>(s => s.GetRequiredService<MessageCenter>());
        services.AddSingleton<IClusterNetwork>(s => s.GetRequiredService<MessageCenter>());
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, MessagingLifecycle>();
    }
}

/// <summary>Listens before the silo joins, so that whoever holds a row of its endpoint is known to be gone; and until it has left.</summary>
internal sealed class MessagingLifecycle(
    GrainEngine engine, ClusterAgent agent, MessageCenter center, IOptions<EndpointOptions> endpoints) : ILifecycleParticipant<ISiloLifecycle>
{
    // How long answers that are queued have to leave when the silo stops in good order.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe("connections", ServiceLifecycleStage.RuntimeServices, Start, Stop);
        lifecycle.Subscribe("answers", ClusterLifecycle.HandOverStage - 1, static _ => Task.CompletedTask, Drain);
        lifecycle.Subscribe("gateway", ServiceLifecycleStage.BecomeActive, OpenGateway);
    }

    private Task Start(CancellationToken cancellation)
    {
        center.Attach(engine, engine.References, engine, agent, agent);
        engine.Join(agent, center);
        return center.ListenForSilos(endpoints.Value.SiloListeningEndpoint ?? endpoints.Value.GetPublicSiloEndpoint(), cancellation);
    }

    private Task OpenGateway(CancellationToken cancellation) =>
        (endpoints.Value.GatewayListeningEndpoint ?? endpoints.Value.GetPublicProxyEndpoint()) is { } endpoint
            ? center.ListenForClients(endpoint, cancellation)
            : Task.CompletedTask;

    // Answers leave only while the lease is held.
    private Task Drain(CancellationToken cancellation) =>
        cancellation.IsCancellationRequested ? Task.CompletedTask : center.Drain(s_patience);

    private Task Stop(CancellationToken cancellation) =>
        center.StopAsync(cancellation.IsCancellationRequested ? TimeSpan.Zero : s_patience);
}
