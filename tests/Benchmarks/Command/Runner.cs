using System.Runtime.InteropServices;
using OrleansSocial.Benchmarks.Against;
using OrleansSocial.Benchmarks.Report;
using OrleansSocial.Driver;

namespace OrleansSocial.Benchmarks.Command;

/// <summary>Runs what the command line asks for, and writes the report whatever comes of it.</summary>
internal sealed class Runner(IReadOnlyList<Benchmark> benchmarks, Settings settings, string command)
{
    private readonly TimeProvider _clock = TimeProvider.System;

    /// <summary>The exit code.</summary>
    /// <exception cref="UsageException">What is asked for is beyond the limits of a run against a deployment.</exception>
    public async Task<int> Run()
    {
        var limits = settings.Against is null ? null : AgainstLimits.Of(settings);
        var pages = Pages();
        if (limits is not null) Console.Error.WriteLine(limits.Told(settings.Against!));
        var report = new BenchReport { Command = command, Machine = Machine.Look(), Began = _clock.GetUtcNow(), Short = settings.Short };
        var began = _clock.GetTimestamp();
        using (var progress = new Progress(Console.Error, !Console.IsErrorRedirected, _clock))
        {
            if (limits is null) await RunAll(progress, report);
            else await RunAgainst(limits, progress, report);
        }

        report.Took = _clock.GetElapsedTime(began);
        report.Machine.LookAgain();
        foreach (var (path, write) in pages)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, write(report));
        }

        Console.WriteLine(TextReport.Write(report));
        foreach (var (path, _) in pages) Console.Error.WriteLine(path);
        return report.Faults.Count == 0 ? 0 : 1;
    }

    private List<(string Path, Func<BenchReport, string> Write)> Pages()
    {
        var pages = new List<(string, Func<BenchReport, string>)> { (Path.GetFullPath(settings.HtmlFile ?? Path.Combine(Checkout.Root, "artifacts/bench.html")), HtmlReport.Write) };
        if (settings.JsonFile is { } json) pages.Add((Path.GetFullPath(json), JsonReport.Write));
        foreach (var (path, _) in pages)
            if (Directory.Exists(path)) throw new UsageException($"{path} is a folder.");
        return pages;
    }

    private async Task RunAll(Progress progress, BenchReport report)
    {
        var chosen = benchmarks.Where(one => settings.Names.Count == 0 || settings.Names.Contains(one.Name)).ToList();
        for (var i = 0; i < chosen.Count; i++)
        {
            progress.Begin(chosen[i].Name, chosen[i].Expected(settings), chosen.Skip(i + 1).Sum(one => one.Expected(settings)));
            try
            {
                await chosen[i].Run(new Bench(chosen[i], settings, progress, report));
            }
            catch (Exception fault)
            {
                // The others are measured all the same, and the report says what is missing.
                report.Faults.Add($"{chosen[i].Name}: {fault.GetType().Name}: {fault.Message}");
            }
        }
    }

    private async Task RunAgainst(AgainstLimits limits, Progress progress, BenchReport report)
    {
        using var interrupted = new CancellationTokenSource();
        void Interrupt(PosixSignalContext signal)
        {
            signal.Cancel = true;
            interrupted.Cancel();
        }

        using var control = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        await new AgainstRun(settings.Against!, limits, progress, report).Run(interrupted.Token);
    }
}
