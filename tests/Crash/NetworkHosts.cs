using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace OrleansSocial.Crash;

/// <summary>
/// Machines with addresses of their own on one network, as network namespaces of this machine. This machine is on the network too, so
/// that its servers and the test reach all of them. Everything goes away at the end; what a run that died left behind goes with the next.
/// </summary>
/// <remarks>Needs root and the command <c>ip</c> of iproute2, and nothing else.</remarks>
internal sealed partial class NetworkHosts : IAsyncDisposable
{
    // A bridge may be called by fifteen characters at most: sb, the process of the tests, x, a number.
    private const string HostPrefix = "social-";
    private const string BridgePrefix = "sb";
    private const string LinkPrefix = "sv";

    // Where bytes go that are to be lost: no network card has it.
    private const string Nowhere = "02:00:00:00:00:01";

    private static readonly SemaphoreSlim s_making = new(1, 1);
    private static int s_made;

    private readonly string _run;
    private readonly string _network;
    private readonly int _count;

    private NetworkHosts(string run, string network, int count) => (_run, _network, _count) = (run, network, count);

    /// <summary>The address of this machine.</summary>
    public string Here => $"{_network}.1";

    private string Bridge => BridgePrefix + _run;

    /// <summary>Makes a network of so many hosts: 1, 2, 3, …</summary>
    /// <exception cref="InvalidOperationException">The tests do not run as root, or the system does not let them.</exception>
    public static async Task<NetworkHosts> Make(int count)
    {
        if (!Environment.IsPrivilegedProcess)
            throw new InvalidOperationException("Silos that are cut off from each other need network namespaces, which only root can make: run these tests as root.");

        await s_making.WaitAsync();
        try
        {
            await Sweep();
            var run = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}x{++s_made}");
            var hosts = new NetworkHosts(run, await FreeNetwork(), count);
            try
            {
                await hosts.Build();
                return hosts;
            }
            catch
            {
                await hosts.DisposeAsync();
                throw;
            }
        }
        finally
        {
            s_making.Release();
        }
    }

    /// <summary>The address of a host.</summary>
    public string AddressOf(int host) => string.Create(CultureInfo.InvariantCulture, $"{_network}.{10 + host}");

    /// <summary>What stands before a command that is to run on a host.</summary>
    public string[] On(int host) => ["ip", "netns", "exec", NameOf(host)];

    /// <summary>From here on everything between two hosts is lost in silence, as when a cable is cut.</summary>
    public async Task Cut(int one, int other)
    {
        await Run([.. On(one), "ip", "neigh", "replace", AddressOf(other), "lladdr", Nowhere, "dev", "eth0", "nud", "permanent"]);
        await Run([.. On(other), "ip", "neigh", "replace", AddressOf(one), "lladdr", Nowhere, "dev", "eth0", "nud", "permanent"]);
    }

    /// <summary>Lets two hosts reach each other again.</summary>
    public async Task Heal(int one, int other)
    {
        await Run([.. On(one), "ip", "neigh", "del", AddressOf(other), "dev", "eth0"]);
        await Run([.. On(other), "ip", "neigh", "del", AddressOf(one), "dev", "eth0"]);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        for (var host = 1; host <= _count; host++) await Remove(NameOf(host));
        await Try(["ip", "link", "del", Bridge]);
    }

    private string NameOf(int host) => string.Create(CultureInfo.InvariantCulture, $"{HostPrefix}{_run}-{host}");

    private async Task Build()
    {
        await Run(["ip", "link", "add", Bridge, "type", "bridge"]);
        await Run(["ip", "addr", "add", $"{Here}/24", "dev", Bridge]);
        await Run(["ip", "link", "set", Bridge, "up"]);
        for (var host = 1; host <= _count; host++)
        {
            var link = string.Create(CultureInfo.InvariantCulture, $"{LinkPrefix}{_run}h{host}");
            await Run(["ip", "netns", "add", NameOf(host)]);
            await Run(["ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", NameOf(host)]);
            await Run(["ip", "link", "set", link, "master", Bridge, "up"]);
            await Run([.. On(host), "ip", "addr", "add", $"{AddressOf(host)}/24", "dev", "eth0"]);
            await Run([.. On(host), "ip", "link", "set", "eth0", "up"]);
            await Run([.. On(host), "ip", "link", "set", "lo", "up"]);
        }
    }

    /// <summary>Removes what runs of the tests left behind that have ended.</summary>
    private static async Task Sweep()
    {
        foreach (Match host in HostName().Matches(await Run(["ip", "netns", "list"])))
        {
            if (!Lives(host)) await Remove(host.Value);
        }

        foreach (Match bridge in BridgeName().Matches(await Run(["ip", "-o", "link", "show", "type", "bridge"])))
        {
            if (!Lives(bridge)) await Try(["ip", "link", "del", bridge.Value]);
        }
    }

    private static bool Lives(Match name) => Signals.Lives(int.Parse(name.Groups["pid"].Value, CultureInfo.InvariantCulture));

    // The system keeps a host for as long as a process is on it.
    private static async Task Remove(string host)
    {
        var processes = await Try(["ip", "netns", "pids", host]);
        foreach (var pid in processes.Split('\n', StringSplitOptions.RemoveEmptyEntries)) await Signals.Kill(int.Parse(pid, CultureInfo.InvariantCulture));
        await Try(["ip", "netns", "del", host]);
    }

    private static async Task<string> FreeNetwork()
    {
        var taken = await Run(["ip", "-o", "-4", "addr"]) + await Run(["ip", "-4", "route"]);
        while (true)
        {
            var network = string.Create(CultureInfo.InvariantCulture, $"10.{Random.Shared.Next(64, 128)}.{Random.Shared.Next(0, 256)}");
            if (!taken.Contains($" {network}.", StringComparison.Ordinal)) return network;
        }
    }

    private static async Task<string> Run(string[] command)
    {
        var (succeeded, printed) = await Answer(command);
        return succeeded ? printed : throw new InvalidOperationException($"{string.Join(' ', command)}: {printed}");
    }

    private static async Task<string> Try(string[] command) => await Answer(command) is (true, var printed) ? printed : "";

    private static async Task<(bool Succeeded, string Printed)> Answer(string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (printed, complained) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode == 0, await printed + await complained);
    }

    [GeneratedRegex(HostPrefix + @"(?<pid>\d+)x\d+-\d+")]
    private static partial Regex HostName();

    [GeneratedRegex(BridgePrefix + @"(?<pid>\d+)x\d+")]
    private static partial Regex BridgeName();
}
