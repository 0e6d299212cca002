using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Bundled;
using Orleans.Configuration;

namespace Orleans.Conformance.Messaging;

/// <summary>Silos that share a network and follow whatever view the test gives them, without leases.</summary>
internal sealed class FewSilos : IAsyncDisposable
{
    private static int s_port = 30_000;

    private readonly List<IHost> _clients = [];

    public MemoryTransport Network { get; } = new();

    public List<OneOfFew> Silos { get; } = [];

    public ClusterView View { get; private set; } = ClusterView.None;

    public static async Task<FewSilos> Start(int count)
    {
        var cluster = new FewSilos();
        for (var i = 0; i < count; i++) await cluster.Add();
        cluster.Follow(cluster.Silos);
        return cluster;
    }

    public async Task<OneOfFew> Add()
    {
        var silo = await OneOfFew.Start(this, Interlocked.Increment(ref s_port), Silos.Count + 1);
        Silos.Add(silo);
        return silo;
    }

    /// <summary>Makes a new view of these silos the one that everybody follows.</summary>
    public void Follow(IEnumerable<OneOfFew> members, OneOfFew? leaving = null)
    {
        View = new ClusterView(
            View.Version + 1, members.Select(s => s == leaving ? s.Member with { Status = MemberStatus.Leaving } : s.Member));
        foreach (var silo in Silos) silo.Agent.Follow(View);
    }

    public async Task<IHost> Client(Action<IClientBuilder>? configure = null)
    {
        var host = new HostBuilder()
            .UseOrleansClient(client =>
            {
                client.Services.AddSingleton(Network.Transport);
                client.UseStaticClustering(Silos[0].Member.Gateway!.Endpoint);
                client.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = ("c", "s"));
                client.Configure<ConnectionOptions>(o => o.ConnectionRetryDelay = TimeSpan.FromMilliseconds(50));
                configure?.Invoke(client);
            })
            .ConfigureLogging(l => l.ClearProviders())
            .Build();
        _clients.Add(host);
        await host.StartAsync();
        return host;
    }

    /// <summary>A grain that this silo owns.</summary>
    public string KeyOwnedBy(OneOfFew silo)
    {
        for (var i = 0; ; i++)
        {
            var id = silo.Grains.GetGrain<IPostGrain>($"k{i}").GetGrainId();
            if (View.OwnerOf(id)!.Address == silo.Agent.Self) return $"k{i}";
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.StopAsync();
            client.Dispose();
        }

        foreach (var silo in Silos) await silo.DisposeAsync();
    }
}

/// <summary>A silo whose view is set by the test.</summary>
internal sealed class OneOfFew : IAsyncDisposable
{
    private OneOfFew(IHost host, MessageCenter center, FixedAgent agent, Member member)
    {
        (Host, Center, Agent, Member) = (host, center, agent, member);
    }

    public IHost Host { get; }

    public MessageCenter Center { get; }

    public FixedAgent Agent { get; }

    public Member Member { get; }

    public IGrainFactory Grains => Host.Services.GetRequiredService<IGrainFactory>();

    public static async Task<OneOfFew> Start(FewSilos cluster, int port, long epoch)
    {
        var host = new HostBuilder()
            .UseOrleans(silo =>
            {
                // The host's own connections are of no interest, and take no port.
                silo.Services.AddSingleton(new MemoryTransport().Transport);
                silo.UseLocalhostClustering(port, 10_000 + port);
            })
            .ConfigureLogging(l => l.ClearProviders())
            .Build();
        var details = host.Services.GetRequiredService<ILocalSiloDetails>();
        var engine = host.Services.GetRequiredService<GrainEngine>();
        var agent = new FixedAgent(details.SiloAddress);
        var center = new MessageCenter(
            new ProcessIdentity("c", "s", details.SiloAddress, engine.ClientId), cluster.Network.Transport,
            new ConnectionOptions { ConnectionRetryDelay = TimeSpan.FromMilliseconds(50) }, new SiloMessagingOptions(), host.Services, new Lines());
        center.Attach(engine, engine.References, engine, null, agent);
        await host.StartAsync();
        engine.Join(agent, center);
        await center.ListenForSilos(details.SiloAddress.Endpoint, default);
        await center.ListenForClients(details.GatewayAddress!.Endpoint, default);
        return new OneOfFew(
            host, center, agent, new Member(details.SiloAddress, epoch, $"silo {epoch}", MemberStatus.Active, long.MaxValue, details.GatewayAddress));
    }

    public async ValueTask DisposeAsync()
    {
        await Center.DisposeAsync();
        await Host.StopAsync(new CancellationToken(true));
        Host.Dispose();
    }
}

/// <summary>Follows the views that it is given.</summary>
internal sealed class FixedAgent(SiloAddress self) : IClusterAgent
{
    public event Action<ClusterView>? ViewChanged;

    public SiloAddress Self => self;

    public ClusterView View { get; private set; } = ClusterView.None;

    public bool Serves { get; set; } = true;

    public void Follow(ClusterView view)
    {
        View = view;
        ViewChanged?.Invoke(view);
    }

    public Admission Admit(GrainId grainId) =>
        !Serves ? Admission.NotServing : View.OwnerOf(grainId)?.Address == self ? Admission.Here : Admission.Elsewhere;

    public Task WhenAdmissible(GrainId grainId) => Task.CompletedTask;

    public Task Refresh(long version) => Task.CompletedTask;
}
