using System.Net;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using OrleansSocial.Kernel;
using OrleansSocial.Membership;
using OrleansSocial.Postgres;

namespace OrleansSocial.Host;

/// <summary>Tells, once everything runs, what runs and where. The last line is <c>ready</c> and the first address, for programs that wait for it.</summary>
internal static partial class Announcement
{
    /// <summary>Registers the telling.</summary>
    public static WebApplication AnnounceWhenReady(this WebApplication app)
    {
        app.Lifetime.ApplicationStarted.Register(() => Announce(app));
        return app;
    }

    // A person gets a table. A log for programs, and that of one silo among several, gets a line.
    private static void Announce(WebApplication app)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.ToArray() ?? [];
        var node = app.Services.GetRequiredService<IOptions<NodeOptions>>().Value;
        var first = addresses.FirstOrDefault() ?? "nowhere";
        var lines = new List<string>();
        if (node.Logs == "text" && node.SharedPort == 0)
        {
            lines.Add("");
            lines.Add($"OrleansSocial {VersionOf(typeof(Announcement))} runs at {string.Join(" and ", addresses)}");
            if (app.Serves("api"))
            {
                lines.Add($"  the page          {first}/");
                lines.Add($"  the API           {first}/docs");
            }

            lines.Add($"  health            {first}/health/ready");
            lines.Add($"  the engine        {Engine}");
            lines.Add($"  the cluster       {Membership(app)}");
            lines.Add($"  the silo          {Silo(app)}");
            lines.Add($"  the database      {Database(app)}");
            foreach (var (what, how) in app.Services.GetService<Seeds>()?.Offers ?? []) lines.Add($"  {what,-17} {how}");
            lines.Add("");
        }
        else
        {
            var (version, engine, all) = (VersionOf(typeof(Announcement)), Engine, string.Join(' ', addresses));
            var (cluster, silo, database) = (Membership(app), Silo(app), Database(app));
            var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Announcement));
            LogRuns(log, version, all, engine, cluster, silo, database);
        }

        lines.Add($"ready {first}");
        Console.Out.WriteLine(string.Join(Environment.NewLine, lines));
        Console.Out.Flush();
    }

    private static string Engine => $"Orleans {VersionOf(typeof(ClusterOptions))} on {RuntimeInformation.FrameworkDescription}";

    // Who is in the cluster; secrets of the address are left out.
    private static string Membership(WebApplication app) => app.Configuration.GetConnectionString(MembershipOptions.RedisName) is { Length: > 0 } redis
        ? $"members in Redis at {string.Join(" and ", EndpointsOf(redis))}"
        : "members in PostgreSQL";

    private static IEnumerable<string> EndpointsOf(string redis) => StackExchange.Redis.ConfigurationOptions.Parse(redis).EndPoints
        .Select(endpoint => endpoint is DnsEndPoint named ? $"{named.Host}:{named.Port}" : $"{endpoint}");

    private static string Silo(WebApplication app) => app.Services.GetService<ILocalSiloDetails>() is not { } silo
        ? "none here: grains are reached through the gateways of the silos"
        : $"{silo.Name} at {silo.SiloAddress.Endpoint}, {(silo.GatewayAddress is { } gateway ? $"gateway at {gateway.Endpoint}" : "no gateway")}";

    private static string Database(WebApplication app)
    {
        if (app.Services.GetService<PostgresFolder>() is { } folder) return $"{folder.Data} (psql -h {folder.Sockets} -U {PostgresFolder.Name})";

        var given = new NpgsqlConnectionStringBuilder(app.Configuration.GetConnectionString(KernelModule.ConnectionName));
        return $"{given.Database} at {given.Host}:{given.Port}";
    }

    // What follows the number is the commit that it was built from.
    private static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+', ' ')[0].TrimEnd('.') ?? "";

    [LoggerMessage(Level = LogLevel.Information, Message = "OrleansSocial {Version} runs at {Addresses}: {Engine}; {Cluster}; silo {Silo}; database {Database}")]
    private static partial void LogRuns(ILogger log, string version, string addresses, string engine, string cluster, string silo, string database);
}
