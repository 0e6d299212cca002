using System.Globalization;
using OrleansSocial.Benchmarks.Against;
using OrleansSocial.Benchmarks.Report;

namespace OrleansSocial.Benchmarks.Command;

/// <summary>What <c>./bench --help</c> says.</summary>
internal static class Help
{
    /// <summary>All of it.</summary>
    public static string Text(IReadOnlyList<Benchmark> benchmarks) => string.Create(CultureInfo.InvariantCulture, $"""
        usage: ./bench [BENCHMARK …] [options]
               ./bench --against URL [options]

        Measures this checkout beside what it is compared with, in the same run on this machine, and writes a report as text and as one page
        (artifacts/bench.html). It installs what is missing, builds once, and starts and stops its own servers and PostgreSQL on loopback.

        {string.Join('\n', benchmarks.Select(one => $"  {one.Name,-12} {one.What}, about {Words.Took(TimeSpan.FromSeconds(one.Seconds))}{(one.Parts.Count > 0 ? $"\n{"",15}parts: {string.Join(", ", one.Parts)}" : "")}"))}

        Without a name all of them run.

          --short              everything once in some seconds, to see that it works; its figures mean nothing
          --rounds N           rounds in which the sides take turns (5; 1 in the short form)
          --seconds S          of each measured stretch
          --rate N             messages a second that chat offers whether or not the server keeps up (500)
          --parts A,B          only these parts of the one benchmark that is named
          --callers N,N        numbers of callers of sends
          --kills N            events, jobs: instead of measuring, kill a silo so often and see that no effect is lost or doubled
          --html FILE          where the page goes (artifacts/bench.html)
          --json FILE          every value of every round, for programs
          --no-build           run what is built already

          --against URL        drive a running deployment through its public API alone, and say before it begins what it will do
            --connections N    accounts and live connections (10; at most {AgainstLimits.ConnectionsMax})
            --rate N           messages a second, all together (5; at most {AgainstLimits.RateMax})
            --seconds S        how long (20; at most {AgainstLimits.SecondsMax})
            --yes              agrees to more than the defaults

        It ends with 0 when everything was measured, with 1 when something failed (the report says what), with 2 when it was not understood.
        """);
}
