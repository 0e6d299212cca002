namespace Orleans.Conformance.RequestContextTests;

public interface ITraveller : IGrainWithStringKey
{
    Task<string?> Read(string key);

    Task Write(string key, string value);

    Task<string?> ReadAtNext(string key, ITraveller next);

    Task<string?> ReadAfterAwait(string key);

    Task<List<string>> Names();

    Task<bool> ReadsLater(string key, string signal);

    Task WriteAndWait(string key, string value, string signal);
}

[Orleans.Concurrency.Reentrant]
public sealed class Traveller : Grain, ITraveller
{
    public Task<string?> Read(string key) => Task.FromResult(RequestContext.Get(key) as string);

    // Not an async method: what it sets is set in the flow of the turn itself.
    public Task Write(string key, string value)
    {
        RequestContext.Set(key, value);
        return Task.CompletedTask;
    }

    public Task<string?> ReadAtNext(string key, ITraveller next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return next.Read(key);
    }

    public async Task<string?> ReadAfterAwait(string key)
    {
        await Task.Yield();
        await Task.Run(static () => { });
        return RequestContext.Get(key) as string;
    }

    public Task<List<string>> Names() => Task.FromResult(RequestContext.Get("names") as List<string> ?? []);

    public async Task<bool> ReadsLater(string key, string signal)
    {
        await Signals.Wait(signal);
        return RequestContext.Get(key) is not null;
    }

    public async Task WriteAndWait(string key, string value, string signal)
    {
        RequestContext.Set(key, value);
        await Signals.Wait(signal);
        if (RequestContext.Get(key) as string != value) throw new InvalidOperationException("the value was lost");
    }
}

[Feature("Calls", "RequestContext")]
public sealed class RequestContextTests(OneSiloFixture silo) : IClassFixture<OneSiloFixture>, IDisposable
{
    private readonly ITraveller _alice = silo.Grains.GetGrain<ITraveller>("alice");

    public void Dispose() => RequestContext.Clear();

    [Fact]
    public async Task Values_travel_with_a_call_and_those_it_makes()
    {
        RequestContext.Set("tenant", "acme");

        Assert.Equal("acme", await _alice.Read("tenant"));
        Assert.Equal("acme", await _alice.ReadAfterAwait("tenant"));
        Assert.Equal("acme", await _alice.ReadAtNext("tenant", silo.Grains.GetGrain<ITraveller>("bob")));
    }

    [Fact]
    public async Task Nothing_travels_back_nor_to_the_next_request()
    {
        await _alice.Write("secret", "of one request");

        Assert.Null(RequestContext.Get("secret"));
        Assert.Null(await _alice.Read("secret"));
        Assert.Null(await _alice.ReadAfterAwait("secret"));
    }

    [Fact]
    public async Task A_value_set_after_a_call_was_sent_is_not_seen_by_it()
    {
        var signal = Signals.NewName();
        var call = _alice.ReadsLater("late", signal);

        RequestContext.Set("late", "too late");
        Signals.Set(signal);

        Assert.False(await call);
    }

    [Fact]
    public async Task Interleaved_requests_keep_their_own_values()
    {
        var signal = Signals.NewName();
        var calls = Enumerable.Range(0, 10).Select(i => _alice.WriteAndWait("own", $"value {i}", signal)).ToArray();

        Signals.Set(signal);

        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task Values_are_copied_when_a_call_leaves()
    {
        var names = new List<string> { "alice" };
        RequestContext.Set("names", names);

        var call = _alice.Names();
        names.Add("mallory");

        Assert.Equal(["alice"], await call);
    }

    [Fact]
    public void Setting_and_removing_concern_the_current_flow()
    {
        RequestContext.Set("one", 1);
        RequestContext.Set("two", 2);
        Assert.Equal(["one", "two"], RequestContext.Keys.Order());
        Assert.Equal(2, RequestContext.Entries.Count());

        Assert.True(RequestContext.Remove("one"));
        Assert.False(RequestContext.Remove("one"));
        Assert.Null(RequestContext.Get("one"));

        RequestContext.Clear();
        Assert.Empty(RequestContext.Keys);
    }

    [Fact]
    public void A_section_sets_an_id_and_its_end_restores_what_was_before()
    {
        Assert.Equal(Guid.Empty, RequestContext.ReentrancyId);
        using (RequestContext.AllowCallChainReentrancy())
        {
            var id = RequestContext.ReentrancyId;
            Assert.NotEqual(Guid.Empty, id);
            using (RequestContext.AllowCallChainReentrancy()) Assert.Equal(id, RequestContext.ReentrancyId);
            using (RequestContext.SuppressCallChainReentrancy()) Assert.Equal(Guid.Empty, RequestContext.ReentrancyId);
            Assert.Equal(id, RequestContext.ReentrancyId);
        }

        Assert.Equal(Guid.Empty, RequestContext.ReentrancyId);
    }
}
