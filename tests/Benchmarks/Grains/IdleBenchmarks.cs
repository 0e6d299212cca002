using OrleansSocial.Benchmarks.Chat;
using OrleansSocial.Benchmarks.Command;
using OrleansSocial.Benchmarks.Report;

namespace OrleansSocial.Benchmarks.Grains;

/// <summary>Many grains that nobody calls any more: what each holds, and what ending all of them does to a caller of another grain.</summary>
internal static class IdleBenchmarks
{
    private const int Callers = 100;

    public static async Task Run(Bench bench, string database)
    {
        var (count, age) = (bench.Settings.Size(300_000, 5_000), TimeSpan.FromSeconds(bench.Settings.Size(40, 2)));
        var section = bench.Section("Idle grains", $"{count} grains that nobody calls any more: what each holds, and what ending all of them does to a caller of another grain.", SocialTarget.OurName);
        bench.Steps(1);
        bench.Step("idle grains", 0);
        await using var hosts = await GrainHosts.Start(database, collection: options => (options.CollectionAge, options.CollectionQuantum) = (age, age / 2));
        var grains = hosts.Ours;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (var i = caller; i < count; i += Callers) await grains.GetGrain<IFleetingGrain>(i).Ping();
        })));
        var held = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)count;

        var pausedBefore = GC.GetTotalPauseDuration();
        var longestCall = TimeSpan.Zero;
        var longestPause = TimeSpan.Zero;
        var collections = GC.CollectionCount(0);
        var probe = grains.GetGrain<IEchoGrain>(-1);
        var clock = TimeProvider.System;
        var began = clock.GetTimestamp();
        while (FleetingGrain.Ended < count)
        {
            var start = clock.GetTimestamp();
            await probe.Ping();
            var took = clock.GetElapsedTime(start);
            if (took > longestCall) longestCall = took;
            if (GC.CollectionCount(0) == collections) continue;
            collections = GC.CollectionCount(0);
            foreach (var pause in GC.GetGCMemoryInfo(GCKind.Any).PauseDurations)
                if (pause > longestPause) longestPause = pause;
        }

        var paused = GC.GetTotalPauseDuration() - pausedBefore;
        section.Add("idle", "memory", "bytes a grain", Better.Lower, SocialTarget.OurName, held);
        section.Add("all of them are ended", "longest call beside it", "ms", Better.Lower, SocialTarget.OurName, longestCall.TotalMilliseconds);
        section.Add("all of them are ended", "longest pause of the collector", "ms", Better.Lower, SocialTarget.OurName, longestPause.TotalMilliseconds);
        section.Add("all of them are ended", "all pauses of the collector", "ms", Better.Lower, SocialTarget.OurName, paused.TotalMilliseconds);
        section.Add("all of them are ended", "it takes", "s", Better.Lower, SocialTarget.OurName, clock.GetElapsedTime(began).TotalSeconds);
    }
}

public interface IFleetingGrain : IGrainWithIntegerKey
{
    Task Ping();
}

/// <summary>Counts its ends.</summary>
public sealed class FleetingGrain : Grain, IFleetingGrain
{
    private static int s_ended;

    public static int Ended => Volatile.Read(ref s_ended);

    public Task Ping() => Task.CompletedTask;

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref s_ended);
        return Task.CompletedTask;
    }
}
