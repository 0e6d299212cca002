using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansSocial.Kernel;
using OrleansSocial.Membership;
using OrleansSocial.Migrations;
using OrleansSocial.Postgres;

namespace OrleansSocial.Host;

/// <summary>Starts the parts of this process one after the other, beside the HTTP server, which answers for its health meanwhile; stops them in the opposite order.</summary>
internal sealed class OrderedStart(IReadOnlyList<IHostedService> parts, Doors doors) : IHostedService
{
    private int _started;

    /// <summary>Takes every part that is registered so far, but for those that come before everything; the HTTP server is not among them and starts by itself.</summary>
    public static void Register(WebApplicationBuilder builder)
    {
        var parts = builder.Services.Where(service => service.ServiceType == typeof(IHostedService)
            && service.ImplementationType?.IsAssignableTo(typeof(IHostedLifecycleService)) != true && service.ImplementationType?.Name != "GenericWebHostService").ToList();
        foreach (var part in parts)
        {
            builder.Services.Remove(part);
            if (part.ImplementationType is { } type) builder.Services.TryAddSingleton(type);
        }

        builder.Services.AddSingleton<Doors>();
        builder.Services.AddHostedService(provider => new OrderedStart([.. parts.Select(part => Make(part, provider))], provider.GetRequiredService<Doors>()));
        builder.Services.AddOptions<HostOptions>().Configure(host => host.ServicesStartConcurrently = true);
    }

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // A part may stand still before it first waits; the HTTP server does not wait for it.
        await Task.Yield();
        foreach (var part in parts)
        {
            doors.WaitFor(NameOf(part));
            _started++;
            await part.StartAsync(cancellationToken);
        }

        doors.Open();
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var faults = new List<Exception>();
        while (_started > 0)
        {
            try
            {
                await parts[--_started].StopAsync(cancellationToken);
            }
            catch (Exception fault)
            {
                // The others are stopped all the same.
                faults.Add(fault);
            }
        }

        if (faults.Count > 0) throw new AggregateException(faults);
    }

    private static IHostedService Make(ServiceDescriptor part, IServiceProvider provider) => (IHostedService)(
        part.ImplementationInstance ?? part.ImplementationFactory?.Invoke(provider) ?? provider.GetRequiredService(part.ImplementationType!));

    private static string NameOf(IHostedService part) => part switch
    {
        EmbeddedPostgres => "PostgreSQL to start",
        Migrator or NodeIdentity or ClusterKeyReading => "the database and its migrations",
        Seeds => "what there is to begin with",
        _ when part.GetType().Assembly != typeof(OrderedStart).Assembly && part.GetType().FullName!.StartsWith("Orleans", StringComparison.Ordinal) => "the cluster",
        _ => "its parts",
    };
}
