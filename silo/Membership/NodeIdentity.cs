using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OrleansSocial.Host;
using OrleansSocial.Kernel;

namespace OrleansSocial.Membership;

/// <summary>By what this process proves to other nodes that it belongs to them: files that the options name, or what the cluster issues.</summary>
/// <remarks>Whoever reads the database of a cluster may join it: the authority's key lies there, as the keys that sign tokens do.</remarks>
internal sealed class NodeIdentity(IConfiguration configuration, NodeCertificate? named) : IHostedService
{
    private static readonly TimeSpan s_lifetime = TimeSpan.FromDays(365 * 30);
    private static readonly TimeSpan s_skew = TimeSpan.FromDays(1);

    private NodeCertificate? _certificate = named;

    /// <summary>The certificate; there once this part has started.</summary>
    public NodeCertificate Certificate => _certificate ?? throw new InvalidOperationException("The certificate of this node is not known yet.");

    /// <summary>Lets this process have an identity before it joins, unless connections are not to be encrypted.</summary>
    /// <exception cref="StartRefusedException">The files that the options name are not what they should be.</exception>
    public static void Register(IHostApplicationBuilder builder)
    {
        var certificate = NodeCertificate.Load(builder.Configuration);
        if (bool.TryParse(builder.Configuration[$"{NodeOptions.Section}:{nameof(NodeOptions.Encrypted)}"], out var encrypted) && !encrypted) return;

        var identity = new NodeIdentity(builder.Configuration, certificate);
        builder.Services.AddSingleton(identity);
        builder.Services.AddSingleton<IHostedService>(identity);
    }

    /// <summary>The identity that was registered; null where connections are not encrypted.</summary>
    public static NodeIdentity? Of(IServiceCollection services) => services.Select(service => service.ImplementationInstance).OfType<NodeIdentity>().FirstOrDefault();

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_certificate is not null) return;
        var (mine, key) = MakeAuthority();
        await using var source = Database.Pool("authority", configuration.GetConnectionString(KernelModule.ConnectionName)!);
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(new("INSERT INTO cluster_authority (certificate, private_key) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        {
            Parameters = { new() { Value = mine }, new() { Value = key } },
        });
        batch.BatchCommands.Add(new("SELECT certificate, private_key FROM cluster_authority"));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        using var authority = X509Certificate2.CreateFromPem(reader.GetString(0), reader.GetString(1));
        _certificate = NodeCertificate.Issue(authority);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>A certificate that nobody trusts, for the builder of clients, which wants one before this process has its own. It is never shown.</summary>
    public static X509Certificate2 Nobody()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return SelfSigned("CN=nobody", key);
    }

    private static (string Certificate, string Key) MakeAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = SelfSigned("CN=cluster", key, new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        return (authority.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private static X509Certificate2 SelfSigned(string name, ECDsa key, params X509Extension[] extensions)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        foreach (var extension in extensions) request.CertificateExtensions.Add(extension);
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now - s_skew, now + s_lifetime);
    }
}
