using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Orleans.Bundled;

/// <summary>
/// Connections within one process, for clusters in tests: pairs of pipes, found by endpoint. One network is one set of endpoints,
/// which nobody outside sees.
/// </summary>
internal sealed class MemoryTransport : IConnectionListenerFactory, IConnectionFactory
{
    private readonly ConcurrentDictionary<EndPoint, Listener> _listeners = new();
    private readonly ConcurrentDictionary<MemoryConnection, EndPoint> _connections = new();
    private readonly ConcurrentDictionary<EndPoint, bool> _unreachable = new();

    /// <summary>Both sides of the transport.</summary>
    public Transport Transport => new(this, this);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var listener = new Listener(this, endpoint);
        return _listeners.TryAdd(endpoint, listener)
            ? new ValueTask<IConnectionListener>(listener)
            : throw new AddressInUseException($"The endpoint {endpoint} is taken in this network.");
    }

    public ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        if (_unreachable.ContainsKey(endpoint) || !_listeners.TryGetValue(endpoint, out var listener))
            throw new SocketException((int)SocketError.ConnectionRefused);
        var options = new PipeOptions(pauseWriterThreshold: 1024 * 1024, resumeWriterThreshold: 512 * 1024, useSynchronizationContext: false);
        var (there, back) = (new Pipe(options), new Pipe(options));
        var caller = new MemoryConnection(this, new Duplex(back.Reader, there.Writer));
        var callee = new MemoryConnection(this, new Duplex(there.Reader, back.Writer));
        (caller.Other, callee.Other) = (callee, caller);
        callee.RemoteEndPoint = new DnsEndPoint("memory", 0);
        caller.RemoteEndPoint = endpoint;
        _connections[caller] = endpoint;
        return listener.Waiting.Writer.TryWrite(callee)
            ? new ValueTask<ConnectionContext>(caller)
            : throw new SocketException((int)SocketError.ConnectionRefused);
    }

    /// <summary>Breaks every connection that was made to an endpoint.</summary>
    public void Cut(EndPoint endpoint)
    {
        foreach (var (connection, to) in _connections)
            if (to.Equals(endpoint)) connection.Abort(new ConnectionAbortedException("The connection was cut."));
    }

    /// <summary>Breaks every connection to an endpoint and refuses new ones, until <see cref="Restore"/>.</summary>
    public void Isolate(EndPoint endpoint)
    {
        _unreachable[endpoint] = true;
        Cut(endpoint);
    }

    /// <summary>Ends <see cref="Isolate"/>.</summary>
    public void Restore(EndPoint endpoint) => _unreachable.TryRemove(endpoint, out _);

    private sealed class Listener(MemoryTransport network, EndPoint endpoint) : IConnectionListener
    {
        public Channel<ConnectionContext> Waiting { get; } = Channel.CreateBounded<ConnectionContext>(1024);

        public EndPoint EndPoint => endpoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await Waiting.Reader.WaitToReadAsync(cancellationToken))
                if (Waiting.Reader.TryRead(out var connection)) return connection;
            return null;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            network._listeners.TryRemove(new(endpoint, this));
            Waiting.Writer.TryComplete();
            return default;
        }

        public async ValueTask DisposeAsync()
        {
            await UnbindAsync();
            while (Waiting.Reader.TryRead(out var connection)) connection.Abort();
        }
    }

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }

    private sealed class MemoryConnection(MemoryTransport network, IDuplexPipe pipe) : DefaultConnectionContext
    {
        private readonly IDuplexPipe _pipe = pipe;

        public MemoryConnection? Other { get; set; }

        public override IDuplexPipe Transport { get => _pipe; set => throw new NotSupportedException("The pipes of a connection do not change."); }

        public override void Abort(ConnectionAbortedException abortReason)
        {
            Break(abortReason);
            Other?.Break(abortReason);
        }

        public override async ValueTask DisposeAsync()
        {
            network._connections.TryRemove(this, out _);
            await _pipe.Output.CompleteAsync();
            await _pipe.Input.CompleteAsync();
            await base.DisposeAsync();
            GC.SuppressFinalize(this);
        }

        // Readers wake with what had arrived before; that is how a socket ends as well.
        private void Break(ConnectionAbortedException reason)
        {
            _ = reason;
            _pipe.Input.CancelPendingRead();
            _pipe.Output.CancelPendingFlush();
        }
    }
}
