namespace OrleansSocial.Kernel;

/// <summary>Lets events happen whose time has come. Key: 0, one in the cluster.</summary>
[Alias("kernel.event-due")]
public interface IEventDueGrain : IGrainWithIntegerKey
{
    /// <summary>Sees to it that it is active somewhere.</summary>
    [Alias("wake"), ClusterOnly]
    Task Wake();
}
