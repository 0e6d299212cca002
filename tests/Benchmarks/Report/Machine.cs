using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using OrleansSocial.Driver;

namespace OrleansSocial.Benchmarks.Report;

/// <summary>What the figures were taken on: facts by their names, in the order of the page.</summary>
internal sealed class Machine
{
    private const int Syncs = 50;
    private (double Stolen, double All) _times = Times();

    private Machine(List<(string Name, string Value)> facts) => Facts = facts;

    /// <summary>All that is known of it.</summary>
    public List<(string Name, string Value)> Facts { get; }

    /// <summary>Looks at the machine before anything runs.</summary>
    public static Machine Look()
    {
        var processors = Lines("/proc/cpuinfo");
        var facts = new List<(string, string)>
        {
            ("processor", string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} × {Value(processors, "model name") ?? RuntimeInformation.ProcessArchitecture.ToString()}")),
            ("memory", string.Create(CultureInfo.InvariantCulture, $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1 << 30):0} GiB")),
            ("load before", Lines("/proc/loadavg").FirstOrDefault() is { } load ? string.Join(' ', load.Split(' ').Take(3)) : "unknown"),
            ("fsync of 8 KiB", Sync()),
            ("system", $"{RuntimeInformation.OSDescription}, kernel {Lines("/proc/sys/kernel/osrelease").FirstOrDefault()?.Trim() ?? "unknown"}"),
            (".NET", RuntimeInformation.FrameworkDescription),
            ("PostgreSQL", Postgres()),
            ("Node.js", Said("node", "--version") ?? "none"),
            ("commit", Said("git", "-C", Checkout.Root, "rev-parse", "--short", "HEAD") is { } commit
                ? commit + (Said("git", "-C", Checkout.Root, "status", "--porcelain") is { Length: > 0 } ? ", with changes" : "")
                : "unknown"),
        };
        return new(facts);
    }

    /// <summary>Adds what the run itself showed of the machine.</summary>
    public void LookAgain()
    {
        var (stolen, all) = Times();
        if (all > _times.All) Facts.Add(("processor time stolen by the host", string.Create(CultureInfo.InvariantCulture, $"{(stolen - _times.Stolen) / (all - _times.All):P0}")));
    }

    private static string Sync()
    {
        var path = Path.Combine(Path.GetTempPath(), $"bench-sync-{Environment.ProcessId}");
        var (times, page) = (new List<double>(), new byte[8192]);
        using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
        {
            for (var i = 0; i < Syncs; i++)
            {
                var since = Stopwatch.GetTimestamp();
                file.Write(page);
                file.Flush(flushToDisk: true);
                times.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
            }
        }

        var spread = Spread.Of(times)!;
        return string.Create(CultureInfo.InvariantCulture, $"{spread.Median:0.00} ms ({spread.Min:0.00} to {spread.Max:0.00})");
    }

    private static string Postgres()
    {
        const string Debian = "/usr/lib/postgresql";
        var installed = Directory.Exists(Debian) ? Directory.GetDirectories(Debian).Select(folder => Path.Combine(folder, "bin", "postgres")).Where(File.Exists).Order(StringComparer.Ordinal).LastOrDefault() : null;
        return Said(installed ?? "postgres", "--version")?.Replace("postgres (PostgreSQL) ", "", StringComparison.Ordinal) ?? "none";
    }

    // Jiffies of all processors since the start of the machine: those that another machine had, and all.
    private static (double Stolen, double All) Times()
    {
        var fields = Lines("/proc/stat").FirstOrDefault()?.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8).Select(field => double.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        return fields is { Length: 8 } ? (fields[7], fields.Sum()) : (0, 0);
    }

    private static string? Value(IEnumerable<string> lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim();

    private static string[] Lines(string path) => File.Exists(path) ? File.ReadAllLines(path) : [];

    private static string? Said(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var said = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 ? said : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // It is not installed.
        }
    }
}
