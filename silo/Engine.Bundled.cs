namespace OrleansSocial.Host;

/// <summary>The runtime of this repository.</summary>
internal static class Engine
{
    /// <summary>One silo, with grain state in PostgreSQL under the write fence.</summary>
    public static ISiloBuilder UseEngine(this ISiloBuilder silo)
    {
        silo.UseLocalhostClustering(serviceId: "social", clusterId: "social");
        return silo;
    }
}
