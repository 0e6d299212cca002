namespace OrleansSocial.Benchmarks.Grains;

/// <summary>What a call costs: alone, from many callers at once, between grains, and with arguments that are copied.</summary>
internal static class GrainCallBenchmarks
{
    private const int Calls = 500_000;
    private const int Callers = 100;
    private const int CallsEach = 20_000;

    public static async Task Run()
    {
        using var host = await GrainBenchmarks.Start();
        var grains = host.Grains();
        var grain = grains.GetGrain<IEchoGrain>(0);
        var other = grains.GetGrain<IEchoGrain>(1);

        await GrainBenchmarks.Print("sequential call, Task", Calls, async () =>
        {
            for (var i = 0; i < Calls; i++) await grain.Ping();
        });
        await GrainBenchmarks.Print("sequential call, ValueTask", Calls, async () =>
        {
            for (var i = 0; i < Calls; i++) await grain.PingValue();
        });
        await GrainBenchmarks.Print("sequential call, Task<int>", Calls, async () =>
        {
            for (var i = 0; i < Calls; i++) await grain.Add(1);
        });
        await GrainBenchmarks.Print("grain to grain", Calls, () => grain.Relay(other, Calls));
        var small = new SmallNote { Number = 1, Text = "one line of text", At = TimeProvider.System.GetUtcNow() };
        await GrainBenchmarks.Print("small record echo, copied", Calls, async () =>
        {
            for (var i = 0; i < Calls; i++) await grain.Echo(small);
        });
        var big = new BigNote { Author = "alice", Body = new byte[1000], Tags = ["one", "two"] };
        await GrainBenchmarks.Print("1 kB record echo, copied", Calls, async () =>
        {
            for (var i = 0; i < Calls; i++) await grain.Echo(big);
        });

        var callees = Enumerable.Range(100, Callers).Select(i => grains.GetGrain<IEchoGrain>(i)).ToArray();
        await GrainBenchmarks.Print("100 callers on 100 grains", Callers * CallsEach, () => Task.WhenAll(callees.Select(callee => Task.Run(async () =>
        {
            for (var i = 0; i < CallsEach; i++) await callee.Ping();
        }))));
        await host.StopAsync();
    }
}
