using System.Globalization;

namespace OrleansSocial.Benchmarks.Command;

/// <summary>Words that make no command: what is wrong with them.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>Reads the command line. What it does not know it refuses.</summary>
internal static class CommandLine
{
    private const int RoundsMax = 100;
    private const int SecondsMax = 3600;
    private const int RateMax = 1_000_000;
    private const int CallersMax = 100_000;
    private const int KillsMax = 10_000;

    /// <summary>What is asked for.</summary>
    /// <exception cref="UsageException">A name, an option or a value is unknown, or does not go with the others.</exception>
    public static Settings Read(string[] words, IReadOnlyList<Benchmark> benchmarks)
    {
        var settings = new Settings();
        var names = new List<string>();
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i];
            if (!word.StartsWith('-'))
            {
                if (!benchmarks.Any(one => one.Name == word)) throw new UsageException($"There is no benchmark '{word}'. There are {string.Join(", ", benchmarks.Select(one => one.Name))}.");
                if (names.Contains(word)) throw new UsageException($"'{word}' is named twice.");
                names.Add(word);
                continue;
            }

            settings = word switch
            {
                "--short" => settings with { Short = true },
                "--yes" => settings with { Yes = true },
                _ => With(settings, word, i + 1 < words.Length && words[i + 1].Length > 0 ? words[++i] : null),
            };
        }

        settings = settings with { Names = names };
        Check(settings, benchmarks);
        return settings;
    }

    private static Settings With(Settings settings, string option, string? value)
    {
        double Number(double min, double max) =>
            double.TryParse(Needed(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
                ? number
                : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{option} is a number of {min} to {max}, not '{value}'."));
        int Whole(int max) => int.TryParse(Needed(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= max
            ? number
            : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{option} is a whole number of 1 to {max}, not '{value}'."));
        string Needed() => value ?? throw new UsageException($"{option} needs a value.");

        return option switch
        {
            "--rounds" => settings with { RoundsAsked = Whole(RoundsMax) },
            "--seconds" => settings with { SecondsAsked = Number(0.2, SecondsMax) },
            "--rate" => settings with { RateAsked = Number(0.1, RateMax) },
            "--callers" => settings with { Callers = [.. Needed().Split(',').Select(one => int.TryParse(one, NumberStyles.None, CultureInfo.InvariantCulture, out var callers) && callers is > 0 and <= CallersMax ? callers : throw new UsageException($"{option} is a list such as 1,10,400, not '{value}'."))] },
            "--kills" => settings with { Kills = Whole(KillsMax) },
            "--parts" => settings with { Parts = Needed().Split(',') },
            "--connections" => settings with { Connections = Whole(RateMax) },
            "--json" => settings with { JsonFile = Needed() },
            "--html" => settings with { HtmlFile = Needed() },
            "--against" => settings with
            {
                Against = Uri.TryCreate(Needed(), UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.AbsolutePath == "/" && address.UserInfo.Length == 0
                    ? address
                    : throw new UsageException($"{option} is an address such as https://chat.example, not '{value}'."),
            },
            _ => throw new UsageException($"There is no option '{option}'."),
        };
    }

    private static void Check(Settings settings, IReadOnlyList<Benchmark> benchmarks)
    {
        if (settings.Against is not null)
        {
            if (settings.Names.Count > 0) throw new UsageException("--against drives a deployment through its API alone: no benchmark goes with it.");
            if (settings.RoundsAsked is not null || settings.Callers.Count > 0 || settings.Kills is not null || settings.Parts.Count > 0)
                throw new UsageException("--against takes --connections, --rate, --seconds, --yes, --json and --html.");
            return;
        }

        if (settings.Connections is not null) throw new UsageException("--connections goes with --against.");
        if (settings.Callers.Count > 0 && settings.Names is not ["sends"]) throw new UsageException("--callers goes with sends alone.");
        if (settings.Kills is not null && settings.Names is not (["events"] or ["jobs"])) throw new UsageException("--kills goes with events or jobs alone.");
        if (settings.RateAsked is not null && !settings.Names.Contains("chat")) throw new UsageException("--rate goes with chat or --against.");
        if (settings.Parts.Count == 0) return;
        var parts = settings.Names is [var name] ? benchmarks.First(one => one.Name == name).Parts : throw new UsageException("--parts goes with one benchmark.");
        if (settings.Parts.FirstOrDefault(part => !parts.Contains(part)) is { } unknown)
            throw new UsageException(parts.Count == 0 ? $"{name} has no parts." : $"{name} has no part '{unknown}'. It has {string.Join(", ", parts)}.");
    }
}
