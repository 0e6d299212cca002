using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Bundled;
using Orleans.Connections.Security;

namespace Orleans.Conformance.Messaging;

/// <summary>Connections that are encrypted, between processes that prove who they are.</summary>
[Feature("Cluster", "Mutual TLS between processes")]
public sealed class TlsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Processes_with_certificates_of_one_authority_call_each_other(bool tcp)
    {
        using var authority = new Authority("one");
        await using var silo = await Start(tcp, authority.Tls(), authority.Tls());

        Assert.Equal(5, await silo.Grain<IPostGrain>("a").Add(2, 3));
        Assert.Equal(300_000, (await silo.Grain<IPostGrain>("a").Bytes(300_000)).Length);
        var sums = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => silo.Grain<IPostGrain>($"g{i % 20}").Add(i, 1)));
        Assert.Equal(Enumerable.Range(1, 500), sums);
    }

    [Fact]
    public async Task A_process_with_a_certificate_of_another_authority_is_refused()
    {
        using var authority = new Authority("one");
        using var other = new Authority("two");
        await using var silo = await Start(tcp: true, authority.Tls(), other.Tls(trusted: authority));

        await Assert.ThrowsAsync<SiloUnavailableException>(() => silo.Grain<IPostGrain>("a").Ping().Soon("the refusal"));

        await Wait.Eventually(() => Assert.Contains(silo.Log.All, line => line.Contains("was refused", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_process_without_a_certificate_is_refused()
    {
        using var authority = new Authority("one");
        var bare = authority.Tls();
        bare.Options.LocalCertificate = null;
        bare.Options.OnAuthenticateAsClient = static (_, options) => options.TargetHost = "cluster.local";
        await using var silo = await Start(tcp: true, authority.Tls(), bare);

        await Assert.ThrowsAsync<SiloUnavailableException>(() => silo.Grain<IPostGrain>("a").Ping().Soon("the refusal"));
    }

    [Fact]
    public async Task A_process_that_does_not_encrypt_is_refused()
    {
        using var authority = new Authority("one");
        await using var silo = await Start(tcp: true, authority.Tls(), null);

        await Assert.ThrowsAsync<SiloUnavailableException>(() => silo.Grain<IPostGrain>("a").Ping().Soon("the refusal"));
    }

    [Fact]
    public async Task A_silo_that_others_cannot_trust_is_not_called()
    {
        using var authority = new Authority("one");
        using var other = new Authority("two");
        await using var silo = await Start(tcp: true, other.Tls(trusted: authority), authority.Tls());

        var failure = await Assert.ThrowsAsync<SiloUnavailableException>(() => silo.Grain<IPostGrain>("a").Ping().Soon("the refusal"));

        Assert.Contains("certificate", failure.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_silo_needs_a_certificate_with_its_key()
    {
        using var authority = new Authority("one");
        using var bare = X509CertificateLoader.LoadCertificate(authority.Certificate.Export(X509ContentType.Cert));

        Assert.Throws<OrleansConfigurationException>(() =>
            new HostBuilder().UseOrleans(silo => silo.UseTls(bare)).Build());
        Assert.Throws<OrleansConfigurationException>(() =>
            new HostBuilder().UseOrleans(silo => silo.UseTls(_ => { })).Build());
    }

    private static async Task<RemoteSilo> Start(bool tcp, TlsChoice silo, TlsChoice? caller)
    {
        var plain = tcp ? SocketTransport.Create(NullLoggerFactory.Instance) : new MemoryTransport().Transport;
        return await RemoteSilo.Start(tcp, siloTransport: TlsTransport.Over(plain, silo), callerTransport: TlsTransport.Over(plain, caller));
    }

    /// <summary>Issues certificates, and makes options that trust what it issued.</summary>
    private sealed class Authority : IDisposable
    {
        private readonly RSA _key = RSA.Create(2048);
        private readonly X509Certificate2 _root;

        public Authority(string name)
        {
            var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            var now = TimeProvider.System.GetUtcNow();
            _root = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
            Certificate = Issue();
        }

        public X509Certificate2 Certificate { get; }

        public TlsChoice Tls(Authority? trusted = null)
        {
            var root = (trusted ?? this)._root;
            return new TlsChoice(new TlsOptions
            {
                LocalCertificate = Certificate,
                RemoteCertificateValidation = (certificate, _, _) =>
                {
                    using var chain = new X509Chain();
                    chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
                    chain.ChainPolicy.CustomTrustStore.Add(root);
                    chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
                    return certificate is not null && chain.Build(certificate);
                },
            });
        }

        public void Dispose()
        {
            _root.Dispose();
            Certificate.Dispose();
            _key.Dispose();
        }

        private X509Certificate2 Issue()
        {
            using var key = RSA.Create(2048);
            var request = new CertificateRequest("CN=silo", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName("cluster.local");
            request.CertificateExtensions.Add(names.Build());
            var now = TimeProvider.System.GetUtcNow();
            using var issued = request.Create(_root, now.AddHours(-1), now.AddHours(12), [1, 2, 3, 4]);
            using var withKey = issued.CopyWithPrivateKey(key);
            return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pfx), null);
        }
    }
}
