using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Orleans.Connections.Security;

namespace Orleans.Bundled;

/// <summary>That connections are encrypted, and how.</summary>
internal sealed record TlsChoice(TlsOptions Options);

/// <summary>Encrypts the connections of another transport.</summary>
internal sealed class TlsTransport(Transport inner, TlsOptions options) : IConnectionListenerFactory, IConnectionFactory
{
    /// <summary>A transport as the services of a process want it.</summary>
    public static Transport Over(Transport inner, TlsChoice? choice)
    {
        if (choice is null) return inner;
        var tls = new TlsTransport(inner, choice.Options);
        return new Transport(tls, tls);
    }

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(await inner.Listeners.BindAsync(endpoint, cancellationToken), options);

    public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var connection = new TlsConnection(await inner.Connections.ConnectAsync(endpoint, cancellationToken), options);
        try
        {
            await connection.AuthenticateAsClient(endpoint, cancellationToken);
            return connection;
        }
        catch
        {
            connection.Abort(new ConnectionAbortedException("The connection could not be encrypted."));
            await connection.DisposeAsync();
            throw;
        }
    }

    private sealed class Listener(IConnectionListener inner, TlsOptions options) : IConnectionListener
    {
        public EndPoint EndPoint => inner.EndPoint;

        // What the stranger has to prove is asked by whoever handles the connection, so that nobody keeps others from being accepted.
        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            await inner.AcceptAsync(cancellationToken) is { } connection ? new TlsConnection(connection, options) : null;

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}

/// <summary>An encrypted connection.</summary>
internal sealed class TlsConnection : DefaultConnectionContext
{
    private readonly ConnectionContext _inner;
    private readonly TlsOptions _options;
    private readonly SslStream _stream;

    public TlsConnection(ConnectionContext inner, TlsOptions options)
    {
        _inner = inner;
        _options = options;
        _stream = new SslStream(new DuplexStream(inner.Transport), leaveInnerStreamOpen: false, Accepts);
        Transport = new Pipes(PipeReader.Create(_stream), PipeWriter.Create(_stream));
        RemoteEndPoint = inner.RemoteEndPoint;
        LocalEndPoint = inner.LocalEndPoint;
    }

    /// <summary>Proves to who connected what this process is, and has it do the same.</summary>
    public Task AuthenticateAsServer(CancellationToken cancellation) => _stream.AuthenticateAsServerAsync(
        new SslServerAuthenticationOptions
        {
            ServerCertificate = _options.LocalCertificate,
            ClientCertificateRequired = _options.RemoteCertificateMode != RemoteCertificateMode.NoCertificate,
            EnabledSslProtocols = _options.SslProtocols,
            CertificateRevocationCheckMode = Revocation,
        },
        cancellation);

    /// <summary>Proves to whom this process connected what it is, and has it do the same.</summary>
    public Task AuthenticateAsClient(EndPoint endpoint, CancellationToken cancellation)
    {
        var own = _options.LocalCertificate?.GetNameInfo(X509NameType.DnsName, forIssuer: false);
        var client = new TlsClientAuthenticationOptions { TargetHost = string.IsNullOrEmpty(own) ? (endpoint as IPEndPoint)?.Address.ToString() : own };
        _options.OnAuthenticateAsClient?.Invoke(this, client);
        return _stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = client.TargetHost,
                ClientCertificates = _options.LocalCertificate is { } certificate ? [certificate] : null,
                EnabledSslProtocols = _options.SslProtocols,
                CertificateRevocationCheckMode = Revocation,
            },
            cancellation);
    }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        // A reader of the stream is woken by its end; cancelling is for one that waits in the pipe.
        Transport.Input.CancelPendingRead();
        _inner.Abort(abortReason);
    }

    public override async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        await _inner.DisposeAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private X509RevocationMode Revocation =>
        _options.CheckCertificateRevocation ? X509RevocationMode.Online : X509RevocationMode.NoCheck;

    private bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var mode = _options.RemoteCertificateMode;
        if (certificate is null) return mode != RemoteCertificateMode.RequireCertificate;
        return _options.RemoteCertificateValidation is { } validate
            ? validate(certificate as X509Certificate2 ?? X509CertificateLoader.LoadCertificate(certificate.GetRawCertData()), chain, errors)
            : errors == SslPolicyErrors.None;
    }

    private sealed class Pipes(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }

    /// <summary>Two pipes as one stream.</summary>
    private sealed class DuplexStream(IDuplexPipe pipe) : Stream
    {
        private readonly Stream _input = pipe.Input.AsStream();
        private readonly Stream _output = pipe.Output.AsStream();

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException("A connection has no length.");

        public override long Position
        {
            get => throw new NotSupportedException("A connection has no position.");
            set => throw new NotSupportedException("A connection has no position.");
        }

        public override int Read(byte[] buffer, int offset, int count) => _input.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _input.ReadAsync(buffer, cancellationToken);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            _input.ReadAsync(buffer, offset, count, cancellationToken);

        public override void Write(byte[] buffer, int offset, int count) => _output.Write(buffer, offset, count);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            _output.WriteAsync(buffer, cancellationToken);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            _output.WriteAsync(buffer, offset, count, cancellationToken);

        public override void Flush() => _output.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) => _output.FlushAsync(cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A connection cannot be rewound.");

        public override void SetLength(long value) => throw new NotSupportedException("A connection has no length.");

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _input.Dispose();
                _output.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
