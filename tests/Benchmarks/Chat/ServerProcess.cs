using System.Diagnostics;
using System.Globalization;
using OrleansSocial.Driver;

namespace OrleansSocial.Benchmarks;

/// <summary>A server under load: a child process that prints <c>ready</c>, whose processor time and memory are read from /proc.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, Uri address) => (_process, Address) = (process, address);

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Address of its hub.</summary>
    public Uri Hub => new UriBuilder(Address) { Scheme = "ws", Path = "/v1/live" }.Uri;

    /// <summary>Starts the assembly with settings as environment variables and waits until it is ready.</summary>
    public static async Task<ServerProcess> Start(string assembly, IReadOnlyDictionary<string, string> environment)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort.Find()}");
        var start = new ProcessStartInfo("dotnet", [assembly, "--urls", address.ToString()])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetDirectoryName(assembly)!,
        };
        start.Environment["Social__Node__EndsWithInput"] = "true";
        start.Environment["Social__Node__SiloPort"] = FreePort.Find().ToString(CultureInfo.InvariantCulture);
        start.Environment["Social__Node__GatewayPort"] = "0";
        foreach (var (key, value) in environment) start.Environment[key] = value;
        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith("ready", StringComparison.Ordinal)) continue;
            _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
            return new ServerProcess(process, address);
        }

        await process.WaitForExitAsync();
        throw new InvalidOperationException($"{Path.GetFileName(assembly)} ended with {process.ExitCode} before it was ready.");
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
