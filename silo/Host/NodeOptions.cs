using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace OrleansSocial.Host;

/// <summary>What this process is. Section <c>Social:Node</c>.</summary>
internal sealed class NodeOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Social:Node";

    /// <summary>The key of <see cref="Data"/>, which is read before there are options.</summary>
    public const string DataKey = $"{Section}:{nameof(Data)}";

    /// <summary>The default of <see cref="Data"/>.</summary>
    public const string DataDefault = ".data";

    /// <summary>What the process does: <c>silo,api</c> hosts grains and serves requests; <c>silo</c> hosts grains and serves its health alone;
    /// <c>api</c> serves requests and reaches the grains of the cluster's silos through their gateways.</summary>
    [RegularExpression("^(silo|api|silo,api|api,silo)$", ErrorMessage = "is silo,api or silo or api.")]
    public string Roles { get; set; } = "silo,api";

    /// <summary>The folder of everything that this process keeps, its own PostgreSQL among it. Not used with a PostgreSQL elsewhere.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Data { get; set; } = DataDefault;

    /// <summary>Whether alice, bob and carol are there from the start. Not set: in development.</summary>
    public bool? Seed { get; set; }

    /// <summary>How the log is written: <c>text</c> for people, <c>json</c> for programs, one object a line.</summary>
    [RegularExpression("^(text|json)$", ErrorMessage = "is text or json.")]
    public string Logs { get; set; } = "text";

    /// <summary>The node's name in logs and lists. Not set: the machine and the process.</summary>
    [StringLength(64)]
    public string? Name { get; set; }

    /// <summary>The address at which other nodes reach this one, a number or a name. This machine alone unless it is set.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>The port at which other silos reach this one.</summary>
    [Range(1, 65535)]
    public int SiloPort { get; set; } = 11111;

    /// <summary>The port at which api nodes reach this silo; 0 for none.</summary>
    [Range(0, 65535)]
    public int GatewayPort { get; set; }

    /// <summary>Where this silo listens for other silos when that is not <see cref="Address"/> and <see cref="SiloPort"/>, such as <c>0.0.0.0:11111</c>.</summary>
    public string? SiloListen { get; set; }

    /// <summary>Where this silo listens for api nodes when that is not <see cref="Address"/> and <see cref="GatewayPort"/>.</summary>
    public string? GatewayListen { get; set; }

    /// <summary>Whether connections between nodes are encrypted, and both sides prove that they belong to the cluster. Without it whoever
    /// reaches the ports of a node acts as one: for a network that nobody else is in.</summary>
    public bool Encrypted { get; set; } = true;

    /// <summary>A file of PEM blocks: the certificate by which this node proves itself to the others, and its private key. Set with
    /// <see cref="Authority"/> on all nodes or on none; not set: the cluster issues its own, under an authority that its database keeps.</summary>
    public string? Certificate { get; set; }

    /// <summary>A file with the PEM block of the certificate's issuer, which issues to nodes of this cluster alone.</summary>
    public string? Authority { get; set; }

    /// <summary>A port of <c>urls</c> that this process shares with others of the same user on this machine; 0 for none. Linux only.</summary>
    [Range(0, 65535)]
    public int SharedPort { get; set; }

    /// <summary>Whether the process stops in good order when its standard input ends, for programs that start it.</summary>
    public bool EndsWithInput { get; set; }

    /// <summary>How long requests and grains may take to finish after SIGTERM.</summary>
    [Range(1, 600)]
    public int DrainSecondsMax { get; set; } = 30;

    /// <summary>Up to this size the heap is compacted once a wave of connections has passed and little happens; 0 never does it.</summary>
    [Range(0, 4096)]
    public int TrimHeapMiBMax { get; set; } = 192;
}

/// <summary>Asks what a node does.</summary>
internal static class NodeRoles
{
    /// <summary>Whether the node is a silo. Asked before options are checked: roles that are none count as all.</summary>
    public static bool HostsGrains(this WebApplicationBuilder builder) =>
        builder.Configuration[$"{NodeOptions.Section}:{nameof(NodeOptions.Roles)}"] != "api";

    /// <summary>Whether the node has the role.</summary>
    public static bool Serves(this WebApplication app, string role) =>
        app.Services.GetRequiredService<IOptions<NodeOptions>>().Value.Roles.Split(',').Contains(role);
}
