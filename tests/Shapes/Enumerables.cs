using System.Runtime.CompilerServices;

namespace Orleans.Shapes;

/// <summary>Methods that enumerate, and an extension beside the grain.</summary>
public interface ITimelineGrain : IGrainWithStringKey
{
    IAsyncEnumerable<Book> Tail(int from, CancellationToken cancellationToken = default);

    IAsyncEnumerable<IReadOnlyList<T>> Pages<T>(T[] all, int size = 10);
}

public interface IGlanceExtension : IGrainExtension
{
    Task<string> Glance();
}

public sealed class GlanceExtension(IGrainContext context) : IGlanceExtension
{
    public Task<string> Glance() => Task.FromResult(context.GrainId.ToString());
}

public sealed class TimelineGrain(IGrainContext context, IGrainFactory grains) : IGrainBase, ITimelineGrain
{
    public IGrainContext GrainContext => context;

    public async IAsyncEnumerable<Book> Tail(int from, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var before = grains.GetGrain<ITimelineGrain>("before");
        await foreach (var book in before.Tail(from, cancellationToken).WithBatchSize(20).WithCancellation(cancellationToken)) yield return book;
    }

    public async IAsyncEnumerable<IReadOnlyList<T>> Pages<T>(T[] all, int size = 10)
    {
        foreach (var page in all.Chunk(size))
        {
            await Task.Yield();
            yield return page;
        }
    }

    public async Task<int> Everything() => await grains.GetGrain<IManagementGrain>(0).GetTotalActivationCount();

    public Task<string> Extended() => context.GetGrainExtension<IGlanceExtension>().Glance();
}
