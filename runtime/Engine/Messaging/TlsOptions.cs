using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;

namespace Orleans.Connections.Security;

/// <summary>What is asked of the certificate of the other side.</summary>
public enum RemoteCertificateMode
{
    /// <summary>None is asked for.</summary>
    NoCertificate,

    /// <summary>One is asked for, and checked if it is given.</summary>
    AllowCertificate,

    /// <summary>One must be given, and must be valid.</summary>
    RequireCertificate,
}

#pragma warning disable CA1711 // The name is that of the programming model.
/// <summary>Decides whether the certificate of the other side is good.</summary>
/// <param name="certificate">The certificate; null when none was given.</param>
/// <param name="chain">What it was issued by.</param>
/// <param name="sslPolicyErrors">What is wrong with it by the rules of the platform.</param>
public delegate bool RemoteCertificateValidator(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors sslPolicyErrors);
#pragma warning restore CA1711

/// <summary>What the side that connects says when it introduces itself.</summary>
public class TlsClientAuthenticationOptions
{
    /// <summary>The name that the certificate of the other side must have; that of the own certificate unless it is set.</summary>
    public string? TargetHost { get; set; }
}

/// <summary>
/// How connections between silos, and of clients with silos, are encrypted, and how both sides prove who they are. By default each
/// side must have a certificate that the platform trusts.
/// </summary>
public class TlsOptions
{
    /// <summary>The certificate of this process, with its private key. Silos must have one.</summary>
    public X509Certificate2? LocalCertificate { get; set; }

    /// <summary>What is asked of the certificate of the other side. Required by default.</summary>
    public RemoteCertificateMode RemoteCertificateMode { get; set; } = RemoteCertificateMode.RequireCertificate;

    /// <summary>Takes the place of the platform's rules for the certificate of the other side.</summary>
    public RemoteCertificateValidator? RemoteCertificateValidation { get; set; }

    /// <summary>The versions of the protocol; TLS 1.2 and 1.3 by default.</summary>
    public SslProtocols SslProtocols { get; set; } = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>Whether certificates are looked up in lists of revoked ones. False by default.</summary>
    public bool CheckCertificateRevocation { get; set; }

    /// <summary>Changes what this process says when it connects.</summary>
    public Action<ConnectionContext, TlsClientAuthenticationOptions>? OnAuthenticateAsClient { get; set; }

    /// <summary>Accepts any certificate. For development: it proves nothing.</summary>
    public void AllowAnyRemoteCertificate() => RemoteCertificateValidation = static (_, _, _) => true;
}
