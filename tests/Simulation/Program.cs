using System.Globalization;

namespace Orleans.Simulation;

/// <summary>Runs many seeds: <c>--seeds N --from S</c>, and <c>--mutation NoFence</c> to see one that breaks the protocol found.</summary>
internal static class Program
{
    public static int Main(string[] arguments)
    {
        var seeds = Number("--seeds", 1000);
        var from = Number("--from", 1);
        var mutation = Enum.Parse<Mutation>(Argument("--mutation") ?? nameof(Mutation.None));
        var broken = 0;
        long accepted = 0, refused = 0, failed = 0, hash = 0;
        Parallel.For(from, from + seeds, seed =>
        {
            var result = Run.Of(seed, mutation, Number("--trace", 200));
            Interlocked.Add(ref accepted, result.Accepted);
            Interlocked.Add(ref refused, result.Refused);
            Interlocked.Add(ref failed, result.Failed);
            Interlocked.Add(ref hash, (long)result.Hash);
            if (result.Broken is null) return;
            if (Interlocked.Increment(ref broken) == 1) Console.WriteLine(Describe(result));
            else Console.WriteLine($"seed {seed}: {result.Broken}");
        });
        Console.WriteLine($"{seeds} seeds from {from}: {broken} broken; {accepted} writes, {refused} refused by the fence, {failed} calls failed; hash {hash:x16}.");
        return broken == 0 ? 0 : 1;

        string? Argument(string name) => Array.IndexOf(arguments, name) is var at and >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : null;

        int Number(string name, int otherwise) => Argument(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
    }

    public static string Describe(Result result) =>
        string.Join(Environment.NewLine, [.. result.Trace, $"seed {result.Seed}: {result.Broken}", $"again: dotnet run --project tests/Simulation -- --seeds 1 --from {result.Seed}"]);
}
