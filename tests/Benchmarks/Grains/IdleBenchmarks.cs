using System.Globalization;

namespace OrleansSocial.Benchmarks.Grains;

/// <summary>Many grains that nobody calls any more: what each holds, and what ending all of them does to a caller of another grain.</summary>
internal static class IdleBenchmarks
{
    private const int Grains = 300_000;
    private const int Callers = 100;
    private static readonly TimeSpan s_age = TimeSpan.FromSeconds(40);

    public static async Task Run(string database)
    {
        await using var hosts = await GrainHosts.Start(database, collection: options => (options.CollectionAge, options.CollectionQuantum) = (s_age, s_age / 2));
        var grains = hosts.Ours;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (var i = caller; i < Grains; i += Callers) await grains.GetGrain<IFleetingGrain>(i).Ping();
        })));
        var held = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Grains;

        var pausedBefore = GC.GetTotalPauseDuration();
        var longestCall = TimeSpan.Zero;
        var longestPause = TimeSpan.Zero;
        var collections = GC.CollectionCount(0);
        var probe = grains.GetGrain<IEchoGrain>(-1);
        var clock = TimeProvider.System;
        var began = clock.GetTimestamp();
        while (FleetingGrain.Ended < Grains)
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
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"idle activations",-30} {Grains,8} of {held:F0} bytes"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{"ending all of them",-30} longest call beside it {longestCall.TotalMilliseconds:F1} ms, longest pause of the collector {longestPause.TotalMilliseconds:F1} ms (all {paused.TotalMilliseconds:F0} ms) within {clock.GetElapsedTime(began).TotalSeconds:F0} s"));
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
