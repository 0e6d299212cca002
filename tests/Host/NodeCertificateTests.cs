using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;
using OrleansSocial.Driver;

namespace OrleansSocial.Host;

public sealed class NodeCertificateTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("social-certificates-");

    [Fact]
    public void Nodes_of_one_authority_know_each_other_and_nobody_else()
    {
        var (authority, node) = ClusterCertificates.Make(_folder.FullName, "ours");
        var (_, stranger) = ClusterCertificates.Make(_folder.FullName, "theirs");

        var own = Load(node, authority)!;

        Assert.True(own.Own.HasPrivateKey);
        Assert.True(own.Issued(own.Own));
        Assert.False(own.Issued(X509Certificate2.CreateFromPemFile(stranger)));
        Assert.False(own.Issued(null));
    }

    [Fact]
    public void Nothing_is_encrypted_where_nothing_is_named() => Assert.Null(Load(null, null));

    [Fact]
    public void What_is_wrong_with_the_files_is_told()
    {
        var (authority, node) = ClusterCertificates.Make(_folder.FullName, "ours");
        var (_, stranger) = ClusterCertificates.Make(_folder.FullName, "theirs");

        Assert.Contains("set together", Refused(node, null), StringComparison.Ordinal);
        Assert.Contains("was not issued by", Refused(stranger, authority), StringComparison.Ordinal);
        Assert.Contains("Social:Node:Certificate = ", Refused(Path.Combine(_folder.FullName, "none.pem"), authority), StringComparison.Ordinal);
        Assert.Contains("Social:Node:Certificate = ", Refused(authority, authority), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Refused(string? certificate, string? authority) =>
        Assert.Throws<StartRefusedException>(() => Load(certificate, authority)).Message;

    private static NodeCertificate? Load(string? certificate, string? authority) => NodeCertificate.Load(new ConfigurationBuilder()
        .AddInMemoryCollection([new("Social:Node:Certificate", certificate), new("Social:Node:Authority", authority)]).Build());
}
