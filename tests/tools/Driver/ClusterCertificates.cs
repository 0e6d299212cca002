using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OrleansSocial.Driver;

/// <summary>An authority of a cluster and certificates of its nodes, as files of PEM blocks in a folder.</summary>
public static class ClusterCertificates
{
    /// <summary>Makes an authority and a certificate of one node, and says where they are.</summary>
    public static (string Authority, string Node) Make(string folder, string name)
    {
        Directory.CreateDirectory(folder);
        var now = TimeProvider.System.GetUtcNow();
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name} authority", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        using var authority = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));

        using var nodeKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var node = new CertificateRequest($"CN={name} node", nodeKey, HashAlgorithmName.SHA256)
            .Create(authority, now.AddHours(-1), now.AddHours(23), RandomNumberGenerator.GetBytes(16));

        var (authorityFile, nodeFile) = (Path.Combine(folder, $"{name}-authority.pem"), Path.Combine(folder, $"{name}-node.pem"));
        File.WriteAllText(authorityFile, authority.ExportCertificatePem());
        File.WriteAllText(nodeFile, node.ExportCertificatePem() + Environment.NewLine + nodeKey.ExportPkcs8PrivateKeyPem());
        return (authorityFile, nodeFile);
    }
}
