using Orleans.Conformance.Storage;

namespace Orleans.Conformance.Membership;

[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class BusyPool : ICollectionFixture<PostgresFixture>
{
    public const string Name = "A thread pool with nothing left to give";
}

/// <summary>A silo whose grains block all threads of the pool.</summary>
[Collection(BusyPool.Name)]
[Feature("Cluster", "Leases of a busy process", Better = "renewed on threads of their own, whatever becomes of the thread pool")]
public sealed class BusyPoolTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_silo_renews_its_lease_while_the_thread_pool_is_stuck()
    {
        var database = await MembershipDatabase.Create(postgres);
        using var cluster = new AgentCluster(() => MembershipDatabase.Store(database));
        var silo = await cluster.Start(1);
        var release = new TaskCompletionSource();
        var blocked = 0;
        for (var i = 0; i < 500; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                _ =>
                {
                    Interlocked.Increment(ref blocked);
                    release.Task.Wait();
                },
                null);
        }

        // On a thread of its own: the test itself runs on the pool.
        var renewals = 0;
        var served = true;
        var watch = new Thread(() =>
        {
            SpinWait.SpinUntil(() => Volatile.Read(ref blocked) >= ThreadPool.ThreadCount - 1, TimeSpan.FromSeconds(5));
            var before = silo.HeldCount;
            SpinWait.SpinUntil(() => silo.HeldCount >= before + 12, TimeSpan.FromSeconds(10));
            renewals = silo.HeldCount - before;
            served = silo.Agent.Serves;
            release.SetResult();
        });
        watch.Start();
        watch.Join();

        Assert.True(renewals >= 12, $"It renewed {renewals} times.");
        Assert.True(served);
    }
}
