using System.Globalization;
using Microsoft.Extensions.Options;
using OrleansSocial.Host;
using OrleansSocial.Kernel;

namespace OrleansSocial.Local;

/// <summary>A cluster on one machine behind one address: <c>--silos N</c>. This process hosts nothing itself.</summary>
/// <remarks>It owns the PostgreSQL that its silos share, starts each of them as a process of its own, and starts again whichever ends.</remarks>
internal static class LocalCluster
{
    /// <summary>The argument that asks for it.</summary>
    public const string Argument = "--silos";

    private const int SilosMax = 32;
    private const int ConnectionsEach = 60;

    /// <summary>How many silos the arguments ask for; null when this process is to be the node itself.</summary>
    /// <exception cref="StartRefusedException">They ask for a number that cannot be.</exception>
    public static int? Requested(string[] args)
    {
        var at = Array.FindIndex(args, arg => arg == Argument || arg.StartsWith(Argument + "=", StringComparison.Ordinal));
        if (at < 0) return null;

        var text = args[at].Length > Argument.Length ? args[at][(Argument.Length + 1)..] : args.ElementAtOrDefault(at + 1);
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > SilosMax)
            throw new StartRefusedException($"{Argument} {text}: is a number of 1 to {SilosMax}.");
        if (!OperatingSystem.IsLinux())
            throw new StartRefusedException($"{Argument} needs Linux, where several processes may listen at one port. Elsewhere start each silo by itself, behind a load balancer.");
        return count;
    }

    /// <summary>The process that keeps the silos.</summary>
    /// <exception cref="StartRefusedException">The address is not one that silos can share, or the PostgreSQL cannot be had.</exception>
    public static IHost Create(string[] args, int count)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder(
            new HostApplicationBuilderSettings { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddEnvironmentVariables("ASPNETCORE_").AddCommandLine(args);
        builder.Configuration.AddInMemoryCollection([new("Social:Postgres:ConnectionsMax",
            builder.Configuration["Social:Postgres:ConnectionsMax"] ?? (ConnectionsEach * (count + 1)).ToString(CultureInfo.InvariantCulture))]);
        builder.AddSocialOptions();
        builder.AddLogs();
        builder.AddPostgres();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(services => LocalPlan.Make(
            builder.Configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 } urls ? urls : EdgeOptions.UrlsDefault,
            services.GetRequiredService<IOptions<NodeOptions>>().Value,
            count));
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<LocalSilos>(services, (object)Forwarded(args)));
        builder.Services.AddHostedService(services => services.GetRequiredService<LocalSilos>());
        builder.Services.AddOptions<HostOptions>().Configure<IOptions<NodeOptions>>((host, node) =>
            host.ShutdownTimeout = LocalSilos.StopPatience(node.Value));

        var host = builder.Build();
        host.Services.GetRequiredService<IStartupValidator>().Validate();
        return host;
    }

    /// <summary>What goes on to every silo: all but what this process decides for each.</summary>
    internal static string[] Forwarded(string[] args)
    {
        var own = new HashSet<string>([Argument, "--urls"], StringComparer.OrdinalIgnoreCase);
        var forwarded = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            if (own.Contains(args[i])) i++;
            else if (!own.Contains(args[i].Split('=')[0])) forwarded.Add(args[i]);
        }

        return [.. forwarded];
    }
}

/// <summary>Where each silo of a cluster on this machine listens.</summary>
/// <param name="Address">The address that all of them share.</param>
/// <param name="Silos">Each of them.</param>
internal sealed record LocalPlan(BindingAddress Address, IReadOnlyList<LocalSiloPlan> Silos)
{
    /// <summary>Gives the first ports from those of the options on to the first silo, the next to the second. Operators reach each at a loopback port after the shared one.</summary>
    /// <exception cref="StartRefusedException">The address is not one that silos can share.</exception>
    public static LocalPlan Make(string urls, NodeOptions node, int count)
    {
        var address = !urls.Contains(';', StringComparison.Ordinal) && Uri.TryCreate(urls, UriKind.Absolute, out _) ? BindingAddress.Parse(urls) : null;
        if (address is not { Scheme: "http" } || address.Port + count > ushort.MaxValue)
            throw new StartRefusedException($"{urls}: silos of one machine share one address such as {EdgeOptions.UrlsDefault}, with a loopback port for each after it.");

        return new(address, [.. Enumerable.Range(0, count).Select(i =>
            new LocalSiloPlan(i + 1, address.Port + 1 + i, node.SiloPort + i, node.GatewayPort == 0 ? 0 : node.GatewayPort + i))]);
    }
}

/// <summary>One silo of a cluster on this machine.</summary>
/// <param name="Number">1, 2, 3, …</param>
/// <param name="OperatorPort">Where it answers alone: its health and its measurements.</param>
/// <param name="SiloPort">Where the other silos reach it.</param>
/// <param name="GatewayPort">Where cluster clients reach it; 0 for nowhere.</param>
internal sealed record LocalSiloPlan(int Number, int OperatorPort, int SiloPort, int GatewayPort)
{
    /// <summary>Its name in logs and lists.</summary>
    public string Name => $"silo-{Number}";

    /// <summary>Where it answers alone.</summary>
    public string OperatorAddress => $"http://127.0.0.1:{OperatorPort}";
}
