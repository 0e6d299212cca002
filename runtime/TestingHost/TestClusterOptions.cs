namespace Orleans.TestingHost;

/// <summary>The shape of a test cluster.</summary>
public class TestClusterOptions
{
    /// <summary>The cluster's name; made up, so that two clusters never meet, unless it is set.</summary>
    public string ClusterId { get; set; } = $"test-{Guid.NewGuid():N}";

    /// <summary>The service's name; made up unless it is set.</summary>
    public string ServiceId { get; set; } = $"service-{Guid.NewGuid():N}";

    /// <summary>Silos that start with the cluster.</summary>
    public short InitialSilosCount { get; set; } = 1;

    /// <summary>Whether a cluster that begins with several silos has a client of its own from the start.</summary>
    public bool InitializeClientOnDeploy { get; set; } = true;

    /// <summary>
    /// Whether the silos find each other in the memory of the test. Without it a configurator says how they do.
    /// </summary>
    public bool UseTestClusterMembership { get; set; } = true;

    /// <summary>The silo port of the first silo; further ones count up.</summary>
    public int BaseSiloPort { get; set; } = TestPorts.Next();

    /// <summary>The gateway port of the first silo; further ones count up.</summary>
    public int BaseGatewayPort { get; set; } = TestPorts.Next();
}

/// <summary>The shape of a test cluster whose silos are configured by delegates.</summary>
public sealed class InProcessTestClusterOptions : TestClusterOptions;

/// <summary>What is particular to one silo of a test cluster.</summary>
public sealed class InProcessTestSiloSpecificOptions
{
    /// <summary>The silo's name.</summary>
    public required string SiloName { get; init; }

    /// <summary>The silo's number in its cluster, from 0.</summary>
    public required short InstanceNumber { get; init; }

    /// <summary>The silo's port.</summary>
    public required int SiloPort { get; init; }

    /// <summary>The silo's gateway port.</summary>
    public required int GatewayPort { get; init; }
}

internal static class TestPorts
{
    private const int First = 20064;

    // Ports count up from the first of a block; a cluster has fewer silos than that.
    private const int Block = 64;
    private const int Blocks = (65536 - First) / Block;

    private static uint s_given;

    // A process that runs hundreds of clusters comes back to ports whose clusters have ended long since.
    public static int Next() => First + ((int)((Interlocked.Increment(ref s_given) - 1) % Blocks) * Block);
}
