using OrleansSocial.Benchmarks.Report;

namespace OrleansSocial.Benchmarks.Command;

/// <summary>A benchmark as the command line knows it.</summary>
/// <param name="Name">What it is called by.</param>
/// <param name="What">What it measures, for the help.</param>
/// <param name="Seconds">About how long it takes in its full form with five rounds.</param>
/// <param name="Run">Runs it.</param>
internal sealed record Benchmark(string Name, string What, double Seconds, Func<Bench, Task> Run)
{
    /// <summary>The parts of it that can be asked for alone.</summary>
    public IReadOnlyList<string> Parts { get; init; } = [];

    /// <summary>About how long it takes as it is asked for.</summary>
    public double Expected(Settings settings) => settings.Short ? Math.Max(10, Seconds / 40) : Seconds * (1 + (settings.Rounds - 5) * 0.18);
}

/// <summary>The order of the sides.</summary>
internal static class Turns
{
    /// <summary>Each round begins with another side, so that none always comes first or always after the same one.</summary>
    public static IEnumerable<T> InTurn<T>(this IReadOnlyList<T> sides, int round) => sides.Select((_, at) => sides[(at + round) % sides.Count]);
}

/// <summary>What a benchmark is given: what was asked for, where figures go, and whom to tell how far it is.</summary>
internal sealed class Bench(Benchmark benchmark, Settings settings, Progress progress, BenchReport report)
{
    /// <summary>What the command line asks for.</summary>
    public Settings Settings => settings;

    /// <summary>Begins a section of the report.</summary>
    /// <param name="title">Its heading.</param>
    /// <param name="about">How it is measured, in a sentence or two.</param>
    /// <param name="subject">Which of the sides is ours.</param>
    /// <param name="yardsticks">What it stands beside, in the same run.</param>
    public Section Section(string title, string about, string subject, params string[] yardsticks)
    {
        var section = new Section(benchmark.Name, title, about, subject, yardsticks);
        report.Sections.Add(section);
        return section;
    }

    /// <summary>Says how many steps there are from here on.</summary>
    public void Steps(int count) => progress.Steps(count);

    /// <summary>Says what runs now.</summary>
    public void Step(string what, int round) => progress.Step(what, round + 1, settings.Rounds);
}
