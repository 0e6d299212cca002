using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Serialization;
using OrleansSocial.Kernel;

namespace OrleansSocial.Host;

/// <summary>What this node is in its cluster: its name, where others reach it, where it listens.</summary>
internal static class ClusterNode
{
    private static readonly TimeSpan s_silosWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(0.5);

    /// <summary>Names the silo and its endpoints as the options of the node say.</summary>
    public static ISiloBuilder UseNode(this ISiloBuilder silo)
    {
        silo.Services.AddOptions<ClusterOptions>().Configure(NameCluster);
        silo.Services.AddOptions<SiloOptions>().Configure<IOptions<NodeOptions>>((options, node) =>
            options.SiloName = node.Value.Name ?? $"{Environment.MachineName}-{Environment.ProcessId}");
        silo.Services.AddOptions<EndpointOptions>().Configure<IOptions<NodeOptions>>((options, node) =>
        {
            options.AdvertisedIPAddress = Resolve(node.Value.Address);
            (options.SiloPort, options.GatewayPort) = (node.Value.SiloPort, node.Value.GatewayPort);
            options.SiloListeningEndpoint = Endpoint(nameof(NodeOptions.SiloListen), node.Value.SiloListen);
            options.GatewayListeningEndpoint = Endpoint(nameof(NodeOptions.GatewayListen), node.Value.GatewayListen);
        });
        silo.Services.AddHostedService<ClusterLog>();
        if (Telemetry.SendsTraces(silo.Configuration)) silo.AddActivityPropagation();
        silo.Services.Configure<ExceptionSerializationOptions>(LetFaultsCross);
        return silo;
    }

    /// <summary>Lets a node without grains wait for the silos of its cluster when it starts.</summary>
    public static IClientBuilder UseNode(this IClientBuilder client)
    {
        var clock = TimeProvider.System;
        var since = clock.GetTimestamp();
        client.Services.AddOptions<ClusterOptions>().Configure(NameCluster);
        if (Telemetry.SendsTraces(client.Configuration)) client.AddActivityPropagation();
        client.Services.Configure<ExceptionSerializationOptions>(LetFaultsCross);
        return client.UseConnectionRetryFilter(async (fault, cancellation) =>
        {
            if (clock.GetElapsedTime(since) > s_silosWithin)
                throw new StartRefusedException($"No silo of the cluster answers: {fault.Message} Start a silo over the same database, and check Social:Node:Address and Social:Node:GatewayPort there.", fault);
            await Task.Delay(s_retry, clock, cancellation);
            return true;
        });
    }

    /// <summary>Names the one cluster that a database has.</summary>
    public static void NameCluster(ClusterOptions cluster) => (cluster.ServiceId, cluster.ClusterId) = (GrainStorage.Name, GrainStorage.Name);

    // Without this an outage of PostgreSQL at one silo arrives at another as a fault of the serializer, which looks like a bug.
    private static void LetFaultsCross(ExceptionSerializationOptions exceptions)
    {
        foreach (var library in (string[])["Npgsql", "Polly", "StackExchange.Redis"]) exceptions.SupportedNamespacePrefixes.Add(library);
    }

    private static IPAddress Resolve(string address)
    {
        if (IPAddress.TryParse(address, out var number)) return number;
        try
        {
            var all = Dns.GetHostAddresses(address);
            return all.FirstOrDefault(one => one.AddressFamily == AddressFamily.InterNetwork) ?? all[0];
        }
        catch (Exception fault) when (fault is SocketException or ArgumentException or IndexOutOfRangeException)
        {
            throw new StartRefusedException($"{NodeOptions.Section}:{nameof(NodeOptions.Address)} = {address}: is neither an IP address nor a name that is known here.", fault);
        }
    }

    private static IPEndPoint? Endpoint(string option, string? text) =>
        string.IsNullOrEmpty(text) ? null
        : IPEndPoint.TryParse(text, out var endpoint) && endpoint.Port > 0 ? endpoint
        : throw new StartRefusedException($"{NodeOptions.Section}:{option} = {text}: is an address and a port such as 0.0.0.0:11111.");
}
