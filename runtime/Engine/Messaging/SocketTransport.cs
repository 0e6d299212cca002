using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Orleans.Bundled;

/// <summary>TCP, by the same layer that the web server stands on.</summary>
internal sealed class SocketTransport : IConnectionFactory, IDisposable
{
    private readonly SocketConnectionContextFactory _contexts;

    private SocketTransport(SocketConnectionContextFactory contexts) => _contexts = contexts;

    public static Transport Create(ILoggerFactory logs)
    {
        // Continuations of a read run where the read completed: they only take frames apart and post them. No read waits for data
        // before it has a buffer, which would cost a second system call.
        var options = new SocketTransportOptions
        {
            UnsafePreferInlineScheduling = true,
            WaitForDataBeforeAllocatingBuffer = false,
            Backlog = 512,
            MaxReadBufferSize = 1024 * 1024,
            MaxWriteBufferSize = 1024 * 1024,
        };
        var contexts = new SocketConnectionContextFactory(
            new SocketConnectionFactoryOptions
            {
                UnsafePreferInlineScheduling = options.UnsafePreferInlineScheduling,
                WaitForDataBeforeAllocatingBuffer = options.WaitForDataBeforeAllocatingBuffer,
                MaxReadBufferSize = options.MaxReadBufferSize,
                MaxWriteBufferSize = options.MaxWriteBufferSize,
            },
            logs.CreateLogger<SocketConnectionContextFactory>());
        return new Transport(new SocketTransportFactory(Microsoft.Extensions.Options.Options.Create(options), logs), new SocketTransport(contexts));
    }

    public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endpoint, cancellationToken);
            return _contexts.Create(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose() => _contexts.Dispose();
}
