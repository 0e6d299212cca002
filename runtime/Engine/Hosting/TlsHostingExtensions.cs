using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Bundled;
using Orleans.Connections.Security;
using Orleans.Runtime;

namespace Orleans.Hosting;

/// <summary>Encrypts the connections of silos and clients. All silos and clients of a cluster use it, or none.</summary>
public static class OrleansConnectionSecurityHostingExtensions
{
    /// <summary>Encrypts the silo's connections, with a certificate of its own.</summary>
    public static ISiloBuilder UseTls(this ISiloBuilder builder, X509Certificate2 certificate) => builder.UseTls(certificate, static _ => { });

    /// <inheritdoc cref="UseTls(ISiloBuilder, X509Certificate2)"/>
    public static ISiloBuilder UseTls(this ISiloBuilder builder, X509Certificate2 certificate, Action<TlsOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(configureOptions);
        return builder.UseTls(options =>
        {
            options.LocalCertificate = certificate;
            configureOptions(options);
        });
    }

    /// <inheritdoc cref="UseTls(ISiloBuilder, X509Certificate2)"/>
    public static ISiloBuilder UseTls(this ISiloBuilder builder, Action<TlsOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(builder);
        Add(builder.Services, configureOptions, isSilo: true);
        return builder;
    }

    /// <summary>Encrypts the client's connections, with a certificate of its own.</summary>
    public static IClientBuilder UseTls(this IClientBuilder builder, X509Certificate2 certificate) => builder.UseTls(certificate, static _ => { });

    /// <inheritdoc cref="UseTls(IClientBuilder, X509Certificate2)"/>
    public static IClientBuilder UseTls(this IClientBuilder builder, X509Certificate2 certificate, Action<TlsOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(configureOptions);
        return builder.UseTls(options =>
        {
            options.LocalCertificate = certificate;
            configureOptions(options);
        });
    }

    /// <inheritdoc cref="UseTls(IClientBuilder, X509Certificate2)"/>
    public static IClientBuilder UseTls(this IClientBuilder builder, Action<TlsOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(builder);
        Add(builder.Services, configureOptions, isSilo: false);
        return builder;
    }

    private static void Add(IServiceCollection services, Action<TlsOptions> configure, bool isSilo)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new TlsOptions();
        configure(options);
        if (options.LocalCertificate is null ? isSilo : !options.LocalCertificate.HasPrivateKey)
            throw new OrleansConfigurationException(
                "UseTls needs a certificate with its private key: set TlsOptions.LocalCertificate, for instance from a .pfx file.");
        services.AddSingleton(new TlsChoice(options));
    }
}
