namespace Orleans.Conformance.AsyncEnumerables;

[Feature("Calls", "IAsyncEnumerable<T> methods of stateless workers", Better = "an enumeration stays with the worker that began it")]
public sealed class WorkerEnumerationTests(OneSiloFixture fixture) : IClassFixture<OneSiloFixture>
{
    [Fact]
    public async Task An_enumeration_of_a_worker_goes_on_where_it_began_while_other_workers_come_and_go()
    {
        var signal = Signals.NewName();
        var worker = fixture.Grains.GetGrain<ITickingWorker>(Signals.NewName());
        await using var turns = worker.Turns(20, signal).WithBatchSize(1).GetAsyncEnumerator();
        Assert.True(await turns.MoveNextAsync());
        var first = turns.Current;
        var held = Enumerable.Range(0, 3).Select(i => worker.Hold($"{signal} {i}")).ToList();
        for (var i = 0; i < held.Count; i++) await Signals.Wait($"{signal} {i} held");

        Signals.Set(signal);

        for (var i = 1; i < 20; i++)
        {
            Assert.True(await turns.MoveNextAsync().AsTask().Soon("the next turn"));
            Assert.Equal(first, turns.Current);
        }

        Assert.False(await turns.MoveNextAsync());
        for (var i = 0; i < held.Count; i++) Signals.Set($"{signal} {i}");
        await Task.WhenAll(held);
    }
}
