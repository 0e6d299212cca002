using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OrleansSocial.Kernel;

namespace OrleansSocial.Host;

/// <summary>By what a node proves to the others that it belongs to them: a certificate of the cluster's own authority, which issues to nodes alone.</summary>
internal sealed class NodeCertificate
{
    private readonly X509Certificate2 _authority;

    private NodeCertificate(X509Certificate2 own, X509Certificate2 authority) => (Own, _authority) = (own, authority);

    /// <summary>The certificate of this node, with its key.</summary>
    public X509Certificate2 Own { get; }

    /// <summary>Reads what the options name; null when they name nothing and connections between nodes are not encrypted.</summary>
    /// <exception cref="StartRefusedException">Only one of the two is named, a file cannot be read, or the authority did not issue the certificate.</exception>
    public static NodeCertificate? Load(IConfiguration configuration)
    {
        var node = configuration.GetSection(NodeOptions.Section);
        var (own, authority) = (node[nameof(NodeOptions.Certificate)], node[nameof(NodeOptions.Authority)]);
        if (string.IsNullOrEmpty(own) && string.IsNullOrEmpty(authority)) return null;
        if (string.IsNullOrEmpty(own) || string.IsNullOrEmpty(authority))
            throw new StartRefusedException($"{NodeOptions.Section}:{nameof(NodeOptions.Certificate)} and {NodeOptions.Section}:{nameof(NodeOptions.Authority)} are set together or not at all.");

        var certificate = new NodeCertificate(
            Read(nameof(NodeOptions.Certificate), own, path => X509Certificate2.CreateFromPemFile(path)),
            Read(nameof(NodeOptions.Authority), authority, path => X509Certificate2.CreateFromPem(File.ReadAllText(path))));
        return certificate.Issued(certificate.Own)
            ? certificate
            : throw new StartRefusedException($"{NodeOptions.Section}:{nameof(NodeOptions.Certificate)} = {own}: was not issued by the authority in {authority}, or is not valid now.");
    }

    /// <summary>Issues a certificate for this process.</summary>
    /// <param name="authority">The certificate of the authority, with its key.</param>
    public static NodeCertificate Issue(X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=node", key, HashAlgorithmName.SHA256);
        using var issued = request.Create(authority, authority.NotBefore, authority.NotAfter, RandomNumberGenerator.GetBytes(16));
        return new(issued.CopyWithPrivateKey(key), X509CertificateLoader.LoadCertificate(authority.RawData));
    }

    /// <summary>Whether a certificate is one of the cluster's: issued by its authority, and valid now.</summary>
    public bool Issued(X509Certificate? certificate)
    {
        if (certificate is null) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate as X509Certificate2 ?? X509CertificateLoader.LoadCertificate(certificate.GetRawCertData()));
    }

    private static X509Certificate2 Read(string option, string path, Func<string, X509Certificate2> read)
    {
        try
        {
            return read(path);
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new StartRefusedException($"{NodeOptions.Section}:{option} = {path}: is not a file of PEM blocks that can be read: {fault.Message}", fault);
        }
    }
}
