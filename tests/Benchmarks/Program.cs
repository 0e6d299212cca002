using OrleansSocial.Benchmarks;
using OrleansSocial.Benchmarks.Events;
using OrleansSocial.Benchmarks.Grains;
using OrleansSocial.Benchmarks.Jobs;
using OrleansSocial.Benchmarks.Reads;
using OrleansSocial.Benchmarks.Silos;
using OrleansSocial.Benchmarks.Start;
using OrleansSocial.Benchmarks.Writes;

// As the product does: what a socket brings is taken in on the thread that it woke.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

// Each benchmark is one line here: its name on the command line, and what it runs.
var benchmarks = new Dictionary<string, Func<string[], Task>>
{
    ["chat"] = ChatBenchmarks.Run,
    ["events"] = EventBenchmarks.Run,
    ["grains"] = GrainBenchmarks.Run,
    ["jobs"] = JobBenchmarks.Run,
    ["reads"] = ReadBenchmarks.Run,
    ["sends"] = DurableSendBenchmarks.Run,
    ["silos"] = SiloBenchmarks.Run,
    ["start"] = StartBenchmarks.Run,
    ["writes"] = WriteBenchmarks.Run,
};

if (args is not [var name, .. var rest] || !benchmarks.TryGetValue(name, out var run))
{
    Console.Error.WriteLine($"usage: dotnet run -c Release --project tests/Benchmarks -- {string.Join('|', benchmarks.Keys)} [options]");
    return 2;
}

await run(rest);
return 0;
