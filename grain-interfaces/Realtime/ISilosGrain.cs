namespace OrleansSocial.Realtime;

/// <summary>Tells a node whether the cluster is another one than before; one on each silo. Key: 0. Reads only.</summary>
[Alias("realtime.silos")]
public interface ISilosGrain : IGrainWithIntegerKey
{
    /// <summary>A number that stands for the silos which own grains at this moment: the same as long as they are the same.</summary>
    /// <remarks>When it changes, grains have moved, and with them went who was attached to them.</remarks>
    [Alias("active")]
    Task<long> Active();
}
