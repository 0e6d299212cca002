using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using Orleans.Connections.Security;
using OrleansSocial.Host;
using OrleansSocial.Kernel;

namespace OrleansSocial.Membership;

/// <summary>How a node is a part of its cluster: where the members stand, how they notice who is gone, what fences writes, how they speak to each other.</summary>
internal static class Clustering
{
    private const string Invariant = "Npgsql";
    private const int GrainQueueMax = 5000;
    private static readonly TimeSpan s_responseTime = TimeSpan.FromSeconds(10);

    /// <summary>Membership, grain state and reminders of a silo, all under its fence.</summary>
    public static ISiloBuilder UseCluster(this ISiloBuilder silo)
    {
        silo.UseNode().UseCertificate().UseMembers();
        silo.AddAdoNetGrainStorage(GrainStorage.Name, options => options.Configure<Database>((storage, database) =>
        {
            storage.Invariant = Invariant;
            storage.GrainStorageSerializer = new StateSerializer();
            storage.DataSource = database.FencedSource;
        }));
        silo.UseAdoNetReminderService(options => options.Configure<Database>((reminders, database) =>
        {
            reminders.Invariant = Invariant;
            reminders.DataSource = database.FencedSource;
        }));
        silo.Services.PostConfigure<MembershipOptions>(options => options.Kind = RedisOf(silo.Configuration) is null ? "postgresql" : "redis");
        silo.Services.AddOptions<ClusterMembershipOptions>().Configure<IOptions<MembershipOptions>>((members, options) => Time(members, options.Value));
        silo.Services.AddSingleton<FenceStore>();
        silo.Services.AddSingleton<SiloEnd>();
        silo.Services.AddSingleton<IFatalErrorHandler>(services => services.GetRequiredService<SiloEnd>());
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, SiloFence>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, DeadSilos>();
        silo.Services.AddSingleton<Peers>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services => services.GetRequiredService<Peers>());
        InterfaceNames.Register(silo.Services);
        FencedMembership.Wrap(silo.Services);
        if (silo.Configuration.GetValue<int>($"{NodeOptions.Section}:{nameof(NodeOptions.GatewayPort)}") > 0) silo.AddIncomingGrainCallFilter<GatewayFilter>();
        return silo.UseLimits().UseDirectory().UseKubernetes();
    }

    /// <summary>Finds the silos of the cluster where they keep their membership.</summary>
    public static IClientBuilder UseCluster(this IClientBuilder client)
    {
        client.UseNode();
        InterfaceNames.Register(client.Services);
        client.Services.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = s_responseTime);
        if (NodeIdentity.Of(client.Services) is { } identity) client.UseTls(NodeIdentity.Nobody(), tls => Trust(tls, identity));
        return RedisOf(client.Configuration) is { } redis
            ? client.UseRedisClustering(options => options.ConfigurationOptions = redis)
            : client.UseAdoNetClustering(options => options.Configure<IOptions<DatabaseOptions>>((clustering, limits) =>
            {
                clustering.Invariant = Invariant;
                clustering.DataSource = ClusterSource(Direct(client.Configuration), limits.Value);
            }));
    }

    // A pool of its own: what the silos say of each other never waits for a connection that the stores use.
    private static ISiloBuilder UseMembers(this ISiloBuilder silo) => RedisOf(silo.Configuration) is { } redis
        ? silo.UseRedisClustering(options => options.ConfigurationOptions = redis)
        : silo.UseAdoNetClustering(options => options.Configure<Database, IOptions<DatabaseOptions>>((clustering, database, limits) =>
        {
            clustering.Invariant = Invariant;
            clustering.DataSource = ClusterSource(database.DirectConnectionString, limits.Value);
        }));

    private static string Direct(IConfiguration configuration) =>
        configuration.GetConnectionString(KernelModule.DirectConnectionName) is { Length: > 0 } direct ? direct : configuration.GetConnectionString(KernelModule.ConnectionName) ?? "";

    private static NpgsqlDataSource ClusterSource(string connectionString, DatabaseOptions limits) =>
        Database.Pool("cluster", new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = limits.ClusterConnectionsMax, CommandTimeout = 5 }.ConnectionString);

    private static StackExchange.Redis.ConfigurationOptions? RedisOf(IConfiguration configuration)
    {
        if (configuration.GetConnectionString(MembershipOptions.RedisName) is not { Length: > 0 } text) return null;
        try
        {
            var redis = StackExchange.Redis.ConfigurationOptions.Parse(text);
            redis.AbortOnConnectFail = false;
            return redis;
        }
        catch (ArgumentException fault)
        {
            throw new StartRefusedException($"ConnectionStrings__{MembershipOptions.RedisName}: {fault.Message}", fault);
        }
    }

    private static void Time(ClusterMembershipOptions members, MembershipOptions options)
    {
        members.ProbeTimeout = TimeSpan.FromSeconds(options.ProbeSeconds);
        members.MaxProbeTimeout = TimeSpan.FromSeconds(Math.Max(options.ProbeSeconds, options.ProbeSecondsMax));
        members.NumMissedProbesLimit = options.MissedProbesMax;
        members.TableRefreshTimeout = members.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(options.RefreshSeconds);
    }

    // A queue that is full refuses, so that callers hear of it at once and memory has a bound; what stands for long is given up.
    private static ISiloBuilder UseLimits(this ISiloBuilder silo)
    {
        silo.Services.Configure<SiloMessagingOptions>(messaging => (messaging.ResponseTimeout, messaging.MaxEnqueuedRequestsHardLimit) = (s_responseTime, GrainQueueMax));
        silo.Services.Configure<GrainCollectionOptions>(grains => grains.EnableActivationSheddingOnMemoryPressure = HasMemoryLimit());
        return silo;
    }

    // In a container, whose limit is this process's own; elsewhere others use the memory too.
    private static bool HasMemoryLimit() => Environment.GetEnvironmentVariable("DOTNET_RUNNING_IN_CONTAINER") is not null;

    // Ranges of the distributed directory need no lease where writes are fenced.
    private static ISiloBuilder UseDirectory(this ISiloBuilder silo)
    {
#pragma warning disable ORLEANSEXP003 // An experimental interface of a stable package; chosen by an option, and not by default.
        silo.Services.Configure<GrainDirectoryOptions>(directory => directory.RangeLeaseDuration = TimeSpan.Zero);
        var distributed = silo.Configuration[$"{MembershipOptions.Section}:{nameof(MembershipOptions.Directory)}"] == "distributed";
        return distributed ? silo.AddDistributedGrainDirectory() : silo;
#pragma warning restore ORLEANSEXP003
    }

    // Kubernetes tells its pods their names by the environment; the names of the cluster stay those of the database.
    private static ISiloBuilder UseKubernetes(this ISiloBuilder silo)
    {
        if (string.IsNullOrEmpty(silo.Configuration["KUBERNETES_SERVICE_HOST"]) || string.IsNullOrEmpty(silo.Configuration["POD_NAME"])) return silo;
        silo.UseKubernetesHosting();
        silo.Services.PostConfigure<ClusterOptions>(ClusterNode.NameCluster);
        return silo;
    }

    private static ISiloBuilder UseCertificate(this ISiloBuilder silo) =>
        NodeIdentity.Of(silo.Services) is { } identity ? silo.UseTls(NodeIdentity.Nobody(), tls => Trust(tls, identity)) : silo;

    // Both sides prove themselves by a certificate of the cluster's own authority; names are not compared, for it issues to nodes alone.
    private static void Trust(TlsOptions tls, NodeIdentity identity)
    {
        tls.LocalServerCertificateSelector = (_, _) => identity.Certificate.Own;
        tls.LocalClientCertificateSelector = (_, _, _, _, _) => identity.Certificate.Own;
        tls.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
        tls.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
        tls.RemoteCertificateValidation = (theirs, _, _) => identity.Certificate.Issued(theirs);
        tls.OnAuthenticateAsClient = (_, client) => client.TargetHost = "orleans-social";
    }
}
