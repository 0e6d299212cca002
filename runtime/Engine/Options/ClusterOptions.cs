namespace Orleans.Configuration;

/// <summary>Names of the cluster and of the service that it runs.</summary>
public class ClusterOptions
{
    /// <summary>The default of both names.</summary>
    public const string DefaultClusterId = "default";

    /// <summary>The default of both names.</summary>
    public const string DefaultServiceId = "default";

    /// <summary>One deployment of the service; a new deployment may have a new one. At most 150 characters.</summary>
    public string ClusterId { get; set; } = DefaultClusterId;

    /// <summary>The service, which keeps its stored state across deployments. At most 150 characters.</summary>
    public string ServiceId { get; set; } = DefaultServiceId;
}

/// <summary>The silo's own name.</summary>
public class SiloOptions
{
    /// <summary>The name, for logs and operators; made up from the machine when it is not set.</summary>
    public string SiloName { get; set; } = "";
}
