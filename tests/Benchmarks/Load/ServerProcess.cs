using System.Diagnostics;
using System.Globalization;
using OrleansSocial.Driver;

namespace OrleansSocial.Benchmarks.Load;

/// <summary>A server under load: a child process that prints <c>ready</c>, whose processor time and memory are read from /proc.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, Uri address) => (_process, Address) = (process, address);

    /// <summary>The port of loopback at which it tells what the meters of Orleans count; 0 when it does not.</summary>
    public int MetersPort { get; private init; }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Address of its hub.</summary>
    public Uri Hub => new UriBuilder(Address) { Scheme = "ws", Path = "/v1/live" }.Uri;

    /// <summary>Its process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Starts the assembly with settings as environment variables and waits until it is ready.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <param name="environment">The settings.</param>
    /// <param name="meters">Whether the meters of Orleans are counted, which costs a little for each message.</param>
    public static Task<ServerProcess> Start(string assembly, IReadOnlyDictionary<string, string> environment, bool meters = false)
    {
        var (port, metersPort) = (FreePort.Find(), meters ? FreePort.Find() : 0);
        var hook = new Dictionary<string, string> { ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location, [StartupHook.PortVariable] = metersPort.ToString(CultureInfo.InvariantCulture) };
        return Start("dotnet", [assembly, "--urls", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")], Path.GetDirectoryName(assembly)!, port, new Dictionary<string, string>(environment)
        {
            ["Social__Node__EndsWithInput"] = "true",
            ["Social__Node__SiloPort"] = FreePort.Find().ToString(CultureInfo.InvariantCulture),
            ["Social__Node__GatewayPort"] = "0",
        }.Concat(meters ? hook : []).ToDictionary(), metersPort);
    }

    /// <summary>Starts a program that listens at a port of loopback, and waits until it is ready.</summary>
    public static async Task<ServerProcess> Start(string program, IReadOnlyList<string> arguments, string folder, int port, IReadOnlyDictionary<string, string> environment, int metersPort = 0)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = folder };
        foreach (var (key, value) in environment) start.Environment[key] = value;
        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith("ready", StringComparison.Ordinal)) continue;
            _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
            return new ServerProcess(process, new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"))) { MetersPort = metersPort };
        }

        await process.WaitForExitAsync();
        throw new InvalidOperationException($"{program} {arguments[0]} ended with {process.ExitCode} before it was ready.");
    }

    /// <summary>User and system time spent so far.</summary>
    public TimeSpan ProcessorTime => ProcessTimes.Of(_process.Id);

    /// <summary>Resident memory in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            var line = File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        }
    }

    /// <summary>Ends it at once, without a word to anybody.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Lets the process end in good order; for the product's silo only.</summary>
    public async Task Stop()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}

/// <summary>Processor time from /proc, of a process or of a whole PostgreSQL.</summary>
internal static class ProcessTimes
{
    private static readonly double s_ticksPerSecond = 100;

    /// <summary>User and system time of one process.</summary>
    public static TimeSpan Of(int pid) => Read(pid)?.Own ?? TimeSpan.Zero;

    /// <summary>User and system time of a postmaster, its living children, and those that ended.</summary>
    public static TimeSpan OfPostgres(int postmaster)
    {
        var total = TimeSpan.Zero;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid)) continue;
            if (Read(pid) is not { } times) continue;
            if (pid == postmaster) total += times.Own + times.Waited;
            else if (times.Parent == postmaster) total += times.Own;
        }

        return total;
    }

    private static (int Parent, TimeSpan Own, TimeSpan Waited)? Read(int pid)
    {
        try
        {
            // Fields are counted after the command name, which stands in parentheses and may hold spaces.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (int.Parse(fields[1], CultureInfo.InvariantCulture), Ticks(fields[11], fields[12]), Ticks(fields[13], fields[14]));
        }
        catch (IOException)
        {
            return null; // It ended between listing and reading.
        }
    }

    private static TimeSpan Ticks(string user, string system) =>
        TimeSpan.FromSeconds((long.Parse(user, CultureInfo.InvariantCulture) + long.Parse(system, CultureInfo.InvariantCulture)) / s_ticksPerSecond);
}
