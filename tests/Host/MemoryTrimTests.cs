using Microsoft.Extensions.Options;
using OrleansSocial.Realtime;

namespace OrleansSocial.Host;

public sealed class MemoryTrimTests : IDisposable
{
    private readonly MemoryTrim _trim = new(new NoConnections(), Options.Create(new NodeOptions { TrimHeapMiBMax = 10 }), TimeProvider.System);
    private long _allocated;

    [Fact]
    public void Memory_is_trimmed_once_after_a_wave_of_connections_has_passed()
    {
        Assert.Equal(1, Trims(20, 2000));
        Assert.Equal(0, Trims(20, 2400));
        Assert.Equal(1, Trims(20, 2600));
    }

    [Fact]
    public void Few_connections_a_busy_node_and_a_large_heap_are_left_alone()
    {
        Assert.Equal(0, Trims(20, 499));
        Assert.Equal(0, Trims(20, 2000, bytes: 5 << 20));
        Assert.Equal(0, Trims(20, 2000, heap: 11 << 20));
        Assert.Equal(1, Trims(20, 2000));
    }

    [Fact]
    public void Who_left_and_came_back_makes_a_new_wave()
    {
        Assert.Equal(1, Trims(20, 2000));
        Assert.Equal(0, Trims(20, 600));
        Assert.Equal(1, Trims(20, 2000));
    }

    public void Dispose() => _trim.Dispose();

    private int Trims(int seconds, int count, long bytes = 0, long heap = 0)
        => Enumerable.Range(0, seconds).Count(_ => _trim.IsDue(count, _allocated += bytes, heap));

    private sealed class NoConnections : ILiveConnections
    {
        public int Count => 0;
    }
}
