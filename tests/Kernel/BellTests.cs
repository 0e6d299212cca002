using Microsoft.Extensions.Time.Testing;

namespace OrleansSocial.Kernel;

public sealed class BellTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task A_ring_wakes_who_waits_once_and_is_kept_for_who_is_busy()
    {
        var bell = new Bell(_clock);
        var waiting = bell.Wait(Timeout.InfiniteTimeSpan, CancellationToken.None);
        Assert.False(waiting.IsCompleted);

        bell.Ring();
        Assert.True(await waiting.Soon("the ring"));
        bell.Ring();
        bell.Ring();

        Assert.True(await bell.Wait(Timeout.InfiniteTimeSpan, CancellationToken.None).Soon("the ring that was kept"));
        Assert.False(bell.Wait(Timeout.InfiniteTimeSpan, CancellationToken.None).IsCompleted);
    }

    [Fact]
    public async Task Without_a_ring_the_wait_ends_with_its_time_or_when_it_is_cancelled()
    {
        var bell = new Bell(_clock);
        var waiting = bell.Wait(TimeSpan.FromSeconds(1), CancellationToken.None);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await waiting.Soon("the end of the time"));

        using var stop = new CancellationTokenSource();
        var cancelled = bell.Wait(Timeout.InfiniteTimeSpan, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
    }
}
