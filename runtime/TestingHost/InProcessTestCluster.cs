namespace Orleans.TestingHost;

/// <summary>A cluster in the process of the test, made by <see cref="InProcessTestClusterBuilder"/>.</summary>
public sealed class InProcessTestCluster : TestClusterBase<InProcessSiloHandle>
{
    internal InProcessTestCluster(InProcessTestClusterOptions options, SiloSet silos)
        : base(silos) => Options = options;

    /// <summary>The shape of the cluster.</summary>
    public InProcessTestClusterOptions Options { get; }
}
