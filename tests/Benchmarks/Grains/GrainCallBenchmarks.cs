namespace OrleansSocial.Benchmarks.Grains;

/// <summary>What a call costs: alone, from many callers at once, between grains, and with arguments that are copied.</summary>
internal static class GrainCallBenchmarks
{
    private const int Calls = 100_000;
    private const int Callers = 100;
    private const int CallsEach = 3_000;

    public static async Task Run(string database)
    {
        await using var hosts = await GrainHosts.Start(database);
        var small = new SmallNote { Number = 1, Text = "one line of text", At = TimeProvider.System.GetUtcNow() };
        var shared = new SharedNote(1, "one line of text", TimeProvider.System.GetUtcNow());
        var big = new BigNote { Author = "alice", Body = new byte[1000], Tags = ["one", "two"] };

        GrainBenchmarks.PrintHeading();
        await Compare(hosts, "sequential call, Task", Calls, grains => Repeat(grains.GetGrain<IEchoGrain>(0).Ping));
        await Compare(hosts, "sequential call, ValueTask", Calls, async grains =>
        {
            var grain = grains.GetGrain<IEchoGrain>(0);
            for (var i = 0; i < Calls; i++) await grain.PingValue();
        });
        await Compare(hosts, "sequential call, Task<int>", Calls, grains => Repeat(() => grains.GetGrain<IEchoGrain>(0).Add(1)));
        await Compare(hosts, "grain to grain", Calls, grains => grains.GetGrain<IEchoGrain>(0).Relay(grains.GetGrain<IEchoGrain>(1), Calls));
        await Compare(hosts, "small record echo, copied", Calls, grains => Repeat(() => grains.GetGrain<IEchoGrain>(0).Echo(small)));
        await Compare(hosts, "small record echo, immutable", Calls, grains => Repeat(() => grains.GetGrain<IEchoGrain>(0).Echo(shared)));
        await Compare(hosts, "1 kB record echo, copied", Calls, grains => Repeat(() => grains.GetGrain<IEchoGrain>(0).Echo(big)));
        await Compare(hosts, "100 callers on 100 grains", Callers * CallsEach, grains => Task.WhenAll(Enumerable.Range(100, Callers).Select(key => Task.Run(async () =>
        {
            var callee = grains.GetGrain<IEchoGrain>(key);
            for (var i = 0; i < CallsEach; i++) await callee.Ping();
        }))));
    }

    private static Task Compare(GrainHosts hosts, string what, int operations, Func<IGrainFactory, Task> work) =>
        GrainBenchmarks.Compare(what, operations, () => work(hosts.Bare), () => work(hosts.Ours));

    private static async Task Repeat(Func<Task> call)
    {
        for (var i = 0; i < Calls; i++) await call();
    }
}
