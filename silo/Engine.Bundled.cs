using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Bundled;
using Orleans.Connections.Security;
using OrleansSocial.Kernel;
using OrleansSocial.Leases;

namespace OrleansSocial.Host;

/// <summary>The runtime of this repository.</summary>
internal static class Engine
{
    /// <summary>Membership, grain state and reminders in PostgreSQL.</summary>
    public static ISiloBuilder UseEngine(this ISiloBuilder silo) => silo
        .UseNode()
        .UseCertificate()
        .UseAdoNetClustering(options => options.Configure<Database>((clustering, database) =>
        {
            // By its address: renewals have connections of their own, which no load can take from them.
            clustering.Invariant = "Npgsql";
            clustering.ConnectionString = database.ConnectionString;
        }))
        .AddAdoNetGrainStorage(GrainStorage.Name, options => options.Configure<Database>((storage, database) =>
        {
            storage.Invariant = "Npgsql";
            storage.GrainStorageSerializer = new StateSerializer();
            storage.DataSource = database.Source;
        }))
        .UseAdoNetReminderService(options => options.Configure<Database>((reminders, database) =>
        {
            reminders.Invariant = "Npgsql";
            reminders.DataSource = database.Source;
        }));

    /// <summary>Finds the silos of the cluster in their database.</summary>
    public static IClientBuilder UseEngine(this IClientBuilder client) => client
        .UseNode()
        .UseCertificate()
        .UseAdoNetClustering(options =>
        {
            options.Invariant = "Npgsql";
            options.ConnectionString = client.Configuration.GetConnectionString(KernelModule.ConnectionName) ?? "";
        });

    /// <summary>Lets the lease that makes the silo a member fence every durable write.</summary>
    public static IServiceCollection AddLease(this IServiceCollection services)
    {
        services.AddSingleton<IDurableWriteGuard, FenceGuard>();
        services.AddSingleton<ISiloLeaseObserver, FenceLease>();
        services.AddSingleton<IFatalErrorHandler, EndsTheProcess>();
        services.AddOptions<SiloLeaseOptions>().Configure<IOptions<LeaseOptions>>((lease, options) =>
            (lease.LeaseDuration, lease.RenewPeriod) = (options.Value.Duration, options.Value.RenewPeriod));
        return services;
    }

    private static ISiloBuilder UseCertificate(this ISiloBuilder silo) =>
        NodeCertificate.Load(silo.Configuration) is { } ours ? silo.UseTls(ours.Own, tls => Trust(tls, ours)) : silo;

    private static IClientBuilder UseCertificate(this IClientBuilder client) =>
        NodeCertificate.Load(client.Configuration) is { } ours ? client.UseTls(ours.Own, tls => Trust(tls, ours)) : client;

    private static void Trust(TlsOptions tls, NodeCertificate ours) =>
        tls.RemoteCertificateValidation = (theirs, _, _) => ours.Issued(theirs);

    /// <summary>Puts the fence in front of every write of grain state.</summary>
    private sealed class FenceGuard(WriteFence fence) : IDurableWriteGuard
    {
        public NpgsqlBatchCommand CreateCommand() => fence.Guard();

        public bool IsRefusal(PostgresException failure) => WriteFence.IsRefusal(failure);

        public void OnRefused() => fence.CountRefused();
    }

    /// <summary>Tells the fence of the lease.</summary>
    private sealed class FenceLease(WriteFence fence) : ISiloLeaseObserver
    {
        public void Held(string silo, long epoch, long askedAt, TimeSpan term) => fence.Hold(silo, epoch, askedAt, term);

        public void Lost(bool replaced) => fence.Release();
    }

    /// <summary>Ends the process of a silo that cannot go on, with an exit code that tells so.</summary>
    private sealed class EndsTheProcess(IHostApplicationLifetime process, WriteFence fence, ILogger<EndsTheProcess> log) : IFatalErrorHandler
    {
        public bool IsUnexpected(Exception exception) => exception is not OperationCanceledException;

        public void OnFatalException(object? sender, string? context, Exception? exception) => ReplacedSilo.End(process, log, fence);
    }
}
