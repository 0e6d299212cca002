using System.Globalization;

namespace OrleansSocial.Benchmarks;

/// <summary>What stands behind the name of a benchmark on the command line.</summary>
internal static class CommandLine
{
    /// <summary>The number behind a name.</summary>
    public static int Number(this string[] options, string name, int otherwise) =>
        Array.IndexOf(options, name) is >= 0 and var at && at + 1 < options.Length ? int.Parse(options[at + 1], CultureInfo.InvariantCulture) : otherwise;
}
