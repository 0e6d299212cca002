using Orleans.Concurrency;

namespace OrleansSocial.Kernel;

/// <summary>Tells a node at once that something of the cluster has changed; one on each silo. Key: 0. Reads only.</summary>
/// <remarks>
/// News say that something changed and not what: whoever hears of it reads it where it stands. They may be lost with a silo or with
/// a connection between two, so whoever must not be late also asks from time to time.
/// </remarks>
[Alias("kernel.news")]
public interface INewsGrain : IGrainWithIntegerKey
{
    /// <summary>Answers as soon as there is something else than what is known: at once when there is already.</summary>
    /// <param name="known">The answer before, or <see cref="News.Nothing"/>, which is answered at once.</param>
    /// <remarks>After a quarter of a minute without news, and from a silo that stops, the answer is what is known. To be asked again then.</remarks>
    [Alias("after"), AlwaysInterleave, ResponseTimeout("00:00:20")]
    Task<News> After(News known);
}

/// <summary>How things stand for a silo: a number for each thing, another one whenever it has changed.</summary>
/// <param name="Silos">Stands for the silos that run grains, and for those of them that are about to go. When it changes, grains have moved, and with them went who was attached to them.</param>
/// <param name="Sessions">Another one after a session has ended.</param>
/// <param name="Keys">Another one after the keys that sign have changed.</param>
/// <remarks>Silos count from places of their own: what one of them answers is news to who has asked another before.</remarks>
[GenerateSerializer, Immutable, Alias("kernel.news-numbers")]
public sealed record News([property: Id(0)] long Silos, [property: Id(1)] long Sessions, [property: Id(2)] long Keys)
{
    /// <summary>Of who knows nothing yet.</summary>
    public static News Nothing { get; } = new(0, 0, 0);
}

/// <summary>What there are news of.</summary>
public enum NewsTopic
{
    /// <summary>The silos that run grains.</summary>
    Silos,

    /// <summary>Sessions that have ended.</summary>
    Sessions,

    /// <summary>The keys that sign.</summary>
    Keys,
}
