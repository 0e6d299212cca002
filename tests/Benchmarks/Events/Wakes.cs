using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OrleansSocial.Benchmarks.Load;
using Orleans.Streams;

namespace OrleansSocial.Benchmarks.Events;

/// <summary>The ways in which a silo can tell the part of a subscriber that an event is stored.</summary>
internal static class Wakes
{
    public const string Call = "a call of its grain";
    public const string Stream = "Orleans' memory streams";
    public const string QuickStream = "memory streams that look each 10 ms";
    public const string Notify = "PostgreSQL's NOTIFY";

    private const string Provider = "wakes";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> Ways { get; } = [Call, Stream, QuickStream, Notify];

    /// <summary>Milliseconds from the moment at which the commit is known to the moment at which the grain, or the listener, hears of it.</summary>
    public static async Task<Latencies> Measure(string way, string connection, int count)
    {
        if (way == Notify) return await MeasureNotify(connection, count);

        await using var app = await EventBenchmarks.Start(connection, null, silo =>
        {
            silo.AddMemoryGrainStorage("PubSubStore");
            silo.AddMemoryStreams(Provider, streams =>
            {
                if (way == QuickStream) streams.ConfigurePullingAgent(agent => agent.Configure(options => options.GetQueueMsgsTimerPeriod = TimeSpan.FromMilliseconds(10)));
            });
        });
        var grains = app.Services.GetRequiredService<IGrainFactory>();
        var stream = app.Services.GetRequiredService<IClusterClient>().GetStreamProvider(Provider).GetStream<long>(StreamId.Create(WokenGrain.Namespace, Guid.Empty));
        var took = await Each(count, sent => way == Call ? grains.GetGrain<IWokenGrain>(Guid.Empty).Wake(sent) : stream.OnNextAsync(sent));
        await app.StopAsync();
        return took;
    }

    private static async Task<Latencies> MeasureNotify(string connection, int count)
    {
        await using var listening = new NpgsqlConnection(connection);
        await listening.OpenAsync();
        await using (var listen = new NpgsqlCommand("LISTEN woken", listening)) await listen.ExecuteNonQueryAsync();
        var sentAt = 0L;
        listening.Notification += (_, _) => Heard.Of(Volatile.Read(ref sentAt));
        using var stop = new CancellationTokenSource();
        var hearing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested) await listening.WaitAsync(stop.Token);
        });
        await using var source = NpgsqlDataSource.Create(connection);
        var took = await Each(count, async sent =>
        {
            Volatile.Write(ref sentAt, sent);
            await using var notify = source.CreateCommand("NOTIFY woken");
            await notify.ExecuteNonQueryAsync();
        });
        await stop.CancelAsync();
        await hearing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return took;
    }

    private static async Task<Latencies> Each(int count, Func<long, Task> tell)
    {
        var took = new Latencies();
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(7));
        for (var i = -10; i < count; i++)
        {
            var heard = Heard.Next();
            await tell(TimeProvider.System.GetTimestamp());
            var delay = await heard.WaitAsync(TimeSpan.FromSeconds(30));
            if (i >= 0) took.Record(TimeSpan.FromMilliseconds(delay));
            await pause.WaitForNextTickAsync();
        }

        return took;
    }
}

/// <summary>Where it is heard that something was told.</summary>
internal static class Heard
{
    private static volatile TaskCompletionSource<double> s_next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The delay of what is told next.</summary>
    public static Task<double> Next() => (s_next = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Something is heard that was told then.</summary>
    public static void Of(long sent) => s_next.TrySetResult(TimeProvider.System.GetElapsedTime(sent).TotalMilliseconds);
}

/// <summary>A grain that is woken.</summary>
[Alias("bench.woken")]
public interface IWokenGrain : IGrainWithGuidKey
{
    /// <summary>Tells it.</summary>
    [Alias("wake")]
    Task Wake(long sent);
}

/// <summary>Hears by a call and by a stream.</summary>
[ImplicitStreamSubscription(Namespace)]
internal sealed class WokenGrain : Grain, IWokenGrain, IAsyncObserver<long>
{
    public const string Namespace = "woken";

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var stream = this.GetStreamProvider("wakes").GetStream<long>(StreamId.Create(Namespace, this.GetPrimaryKey()));
        await stream.SubscribeAsync(this);
    }

    /// <inheritdoc/>
    public Task Wake(long sent)
    {
        Heard.Of(sent);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task OnNextAsync(long item, StreamSequenceToken? token = null) => Wake(item);

    /// <inheritdoc/>
    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;
}
