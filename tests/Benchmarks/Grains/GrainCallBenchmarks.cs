using System.Globalization;

namespace OrleansSocial.Benchmarks.Grains;

/// <summary>What a call costs: alone, from many callers at once, between grains, and with arguments that are copied.</summary>
internal static class GrainCallBenchmarks
{
    private const int Calls = 500_000;
    private const int Callers = 100;
    private const int CallsEach = 20_000;

    public static async Task Run()
    {
        using var host = await BenchmarkSilo.Start();
        var grains = host.Grains();
        var grain = grains.GetGrain<IEchoGrain>(0);
        var other = grains.GetGrain<IEchoGrain>(1);

        await Print("sequential call, Task", () => PerCall(Calls, async () =>
        {
            for (var i = 0; i < Calls; i++) await grain.Ping();
        }));
        await Print("sequential call, ValueTask", () => PerCall(Calls, async () =>
        {
            for (var i = 0; i < Calls; i++) await grain.PingValue();
        }));
        await Print("sequential call, Task<int>", () => PerCall(Calls, async () =>
        {
            for (var i = 0; i < Calls; i++) await grain.Add(1);
        }));
        await Print("grain to grain", () => PerCall(Calls, () => grain.Relay(other, Calls)));
        var small = new SmallNote { Number = 1, Text = "one line of text", At = TimeProvider.System.GetUtcNow() };
        await Print("small record echo, copied", () => PerCall(Calls, async () =>
        {
            for (var i = 0; i < Calls; i++) await grain.Echo(small);
        }));
        var big = new BigNote { Author = "alice", Body = new byte[1000], Tags = ["one", "two"] };
        await Print("1 kB record echo, copied", () => PerCall(Calls, async () =>
        {
            for (var i = 0; i < Calls; i++) await grain.Echo(big);
        }));

        var callees = Enumerable.Range(100, Callers).Select(i => grains.GetGrain<IEchoGrain>(i)).ToArray();
        var rate = await BenchmarkSilo.Median(async () => Callers * CallsEach / await BenchmarkSilo.Seconds(
            () => Task.WhenAll(callees.Select(callee => Task.Run(async () =>
            {
                for (var i = 0; i < CallsEach; i++) await callee.Ping();
            })))));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"100 callers on 100 grains",-32} {rate / 1e6,8:F2} M calls/s"));
        await host.StopAsync();
    }

    private static async Task<double> PerCall(int calls, Func<Task> work) => await BenchmarkSilo.Seconds(work) * 1e6 / calls;

    private static async Task Print(string what, Func<Task<double>> sample)
    {
        var median = await BenchmarkSilo.Median(sample);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-32} {median,8:F3} us"));
    }
}
