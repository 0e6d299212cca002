using System.Collections.Concurrent;
using System.Diagnostics;

namespace Orleans.Conformance.Diagnostics;

[Feature("Operations", "AddActivityPropagation: traces across calls, activities of callers and callees")]
public sealed class ActivityTests : IAsyncLifetime, IDisposable
{
    private readonly ConcurrentQueue<Activity> _stopped = new();
    private readonly ActivitySource _source = new("Orleans.Conformance.ActivityTests");
    private ActivityListener? _listener;
    private TestingHost.InProcessTestCluster? _cluster;

    private ITracedGrain Alice => _cluster!.Client.GetGrain<ITracedGrain>("alice");

    public async Task InitializeAsync() => _cluster = await OneSilo.Start(silo => silo.AddActivityPropagation());

    public async Task DisposeAsync()
    {
        Dispose();
        await _cluster!.DisposeAsync();
    }

    public void Dispose()
    {
        _listener?.Dispose();
        _source.Dispose();
    }

    [Fact]
    public async Task A_chain_of_calls_is_one_trace_in_which_each_call_has_two_ends()
    {
        Listen();
        using var root = _source.StartActivity("root")!;

        var trace = await Alice.TraceThrough("bob");

        Assert.Equal(root.TraceId.ToHexString(), trace);
        root.Stop();
        var mine = await Mine(root, 4);
        Assert.Equal(2, mine.Count(a => a.Kind == ActivityKind.Client));
        Assert.Equal(2, mine.Count(a => a.Kind == ActivityKind.Server));
        var server = mine.Single(a => a.Kind == ActivityKind.Server && a.OperationName.EndsWith(nameof(ITracedGrain.Trace), StringComparison.Ordinal));
        var client = mine.Single(a => a.Kind == ActivityKind.Client && a.SpanId == server.ParentSpanId);
        Assert.Equal(nameof(ITracedGrain.Trace), client.GetTagItem("rpc.method"));
        Assert.Equal("orleans", client.GetTagItem("rpc.system"));
    }

    [Fact]
    public async Task A_failed_call_is_a_failed_activity()
    {
        Listen();
        using var root = _source.StartActivity("root")!;

        await Assert.ThrowsAsync<InvalidOperationException>(() => Alice.Fail());

        root.Stop();
        Assert.All(await Mine(root, 2), activity => Assert.Equal(ActivityStatusCode.Error, activity.Status));
    }

    [Fact]
    public async Task Nothing_is_traced_when_nobody_listens() => Assert.Equal("", await Alice.TraceThrough("bob"));

    private void Listen()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("Microsoft.Orleans", StringComparison.Ordinal) || source == _source,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => _stopped.Enqueue(activity),
        };
        ActivitySource.AddActivityListener(_listener);
    }

    private async Task<List<Activity>> Mine(Activity root, int count)
    {
        var mine = new List<Activity>();
        await Wait.Eventually(() =>
        {
            mine = [.. _stopped.Where(a => a.TraceId == root.TraceId && a.SpanId != root.SpanId)];
            Assert.Equal(count, mine.Count);
        });
        return mine;
    }
}

public interface ITracedGrain : IGrainWithStringKey
{
    Task<string> TraceThrough(string other);

    Task<string> Trace();

    Task<string> ParentHeader();

    Task Fail();
}

public sealed class TracedGrain : Grain, ITracedGrain
{
    public Task<string> TraceThrough(string other) => GrainFactory.GetGrain<ITracedGrain>(other).Trace();

    public Task<string> Trace() => Task.FromResult(Activity.Current?.TraceId.ToHexString() ?? "");

    public Task<string> ParentHeader() => Task.FromResult(RequestContext.Get("traceparent") as string ?? "");

    public Task Fail() => throw new InvalidOperationException("not traced away");
}
