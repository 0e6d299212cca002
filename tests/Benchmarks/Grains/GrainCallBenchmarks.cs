using OrleansSocial.Benchmarks.Chat;
using OrleansSocial.Benchmarks.Command;

namespace OrleansSocial.Benchmarks.Grains;

/// <summary>What a call costs: alone, from many callers at once, between grains, and with arguments that are copied.</summary>
internal static class GrainCallBenchmarks
{
    private const int Callers = 100;

    public static async Task Run(Bench bench, string database)
    {
        var (calls, callsEach) = (bench.Settings.Size(100_000, 1_000), bench.Settings.Size(3_000, 30));
        var section = bench.Section("Calls of grains", "The product's host beside a host with UseOrleans and nothing else, both in this process, sample by sample in turn.", SocialTarget.OurName, GrainBenchmarks.Bare);
        await using var hosts = await GrainHosts.Start(database);
        var small = new SmallNote { Number = 1, Text = "one line of text", At = TimeProvider.System.GetUtcNow() };
        var shared = new SharedNote(1, "one line of text", TimeProvider.System.GetUtcNow());
        var big = new BigNote { Author = "alice", Body = new byte[1000], Tags = ["one", "two"] };

        await Compare("sequential call, Task", calls, grains => Repeat(grains.GetGrain<IEchoGrain>(0).Ping));
        await Compare("sequential call, ValueTask", calls, async grains =>
        {
            var grain = grains.GetGrain<IEchoGrain>(0);
            for (var i = 0; i < calls; i++) await grain.PingValue();
        });
        await Compare("sequential call, Task<int>", calls, grains => Repeat(() => grains.GetGrain<IEchoGrain>(0).Add(1)));
        await Compare("grain to grain", calls, grains => grains.GetGrain<IEchoGrain>(0).Relay(grains.GetGrain<IEchoGrain>(1), calls));
        await Compare("small record echo, copied", calls, grains => Repeat(() => grains.GetGrain<IEchoGrain>(0).Echo(small)));
        await Compare("small record echo, immutable", calls, grains => Repeat(() => grains.GetGrain<IEchoGrain>(0).Echo(shared)));
        await Compare("1 kB record echo, copied", calls, grains => Repeat(() => grains.GetGrain<IEchoGrain>(0).Echo(big)));
        await Compare("100 callers on 100 grains", Callers * callsEach, grains => Task.WhenAll(Enumerable.Range(100, Callers).Select(key => Task.Run(async () =>
        {
            var callee = grains.GetGrain<IEchoGrain>(key);
            for (var i = 0; i < callsEach; i++) await callee.Ping();
        }))));

        Task Compare(string what, int operations, Func<IGrainFactory, Task> work) =>
            GrainBenchmarks.Compare(bench, section, what, operations, () => work(hosts.Bare), () => work(hosts.Ours));
        async Task Repeat(Func<Task> call)
        {
            for (var i = 0; i < calls; i++) await call();
        }
    }
}
