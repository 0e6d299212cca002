using Orleans.Concurrency;

namespace OrleansSocial.Kernel;

/// <summary>Reads things of a slice for a person, many at once: the way to show what others have made. Key: 0; answered where it is asked.</summary>
/// <typeparam name="TRef">Names a thing.</typeparam>
/// <typeparam name="TView">A thing as the person may see it.</typeparam>
[Alias("kernel.read-many`2")]
public interface IReadMany<TRef, TView> : IGrainWithIntegerKey
    where TView : class
{
    /// <summary>The things in the order in which they are named; null for one that is not there, or that the viewer may not see. One statement, however many there are.</summary>
    [Alias("read"), AlwaysInterleave, ClusterOnly]
    Task<IReadOnlyList<TView?>> Read(UserId viewer, IReadOnlyList<TRef> things);
}
