using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <content>What others connect to, and what follows from changes of the view.</content>
internal sealed partial class MessageCenter
{
    /// <summary>Connections that have not introduced themselves yet; more wait in the backlog of the listener.</summary>
    private const int StrangersMax = 256;

    private readonly SemaphoreSlim _strangers = new(StrangersMax);
    private ClusterView _view = ClusterView.None;

    private async Task Listen(EndPoint endpoint, bool forClients, CancellationToken cancellation)
    {
        IConnectionListener listener;
        try
        {
            listener = await _transport.Listeners.BindAsync(endpoint, cancellation);
        }
        catch (Exception exception) when (exception is AddressInUseException or SocketException)
        {
            throw new OrleansConfigurationException(
                $"{Own} cannot listen at {endpoint}: {exception.Message} Another process, perhaps another silo, uses the port: stop it, or set "
                + $"EndpointOptions.{(forClients ? "GatewayPort" : "SiloPort")} to a free one.",
                exception);
        }

        _listeners.Add(listener);
        MessagingLog.Listens(Log, listener.EndPoint, forClients ? "clients" : "silos");
        ThreadPool.UnsafeQueueUserWorkItem(_ => _ = AcceptAll(listener, forClients), null);
    }

    private async Task AcceptAll(IConnectionListener listener, bool forClients)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await _strangers.WaitAsync(_stopping.Token);
                var transport = await listener.AcceptAsync(_stopping.Token);
                if (transport is null) return;
                _ = Accept(transport, forClients);
            }
            catch (Exception) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Accepting goes on: what failed was one connection, or the machine is short of something for a while.
                _strangers.Release();
                MessagingLog.AcceptFailed(Log, exception, listener.EndPoint);
            }
        }
    }

    private async Task Accept(ConnectionContext transport, bool forClients)
    {
        try
        {
            using var patience = new CancellationTokenSource(Options.OpenConnectionTimeout, Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _stopping.Token);
            if (transport is TlsConnection encrypted) await encrypted.AuthenticateAsServer(either.Token);
            var peer = await Handshake.Accept(transport.Transport, Own, forClients, either.Token);
            var connection = new Connection(this, transport, peer);
            _accepted[connection] = true;
            if (forClients) Welcome(connection);
            connection.Start();
            if (_stopping.IsCancellationRequested) connection.Close(null);
        }
        catch (Exception exception)
        {
            if (!_stopping.IsCancellationRequested)
            {
                MessagingLog.Refused(Log, transport.RemoteEndPoint, exception is OperationCanceledException
                    ? $"it did not introduce itself within {Options.OpenConnectionTimeout}."
                    : exception.Message);
            }

            await Turn(transport, exception);
        }
        finally
        {
            _strangers.Release();
        }
    }

    // A refusal is to arrive before the end does, so the pipe is completed rather than torn.
    private static async Task Turn(ConnectionContext transport, Exception exception)
    {
        try
        {
            if (exception is HandshakeException { IsGarbage: false }) await transport.Transport.Output.CompleteAsync();
            else transport.Abort();
            await transport.DisposeAsync();
        }
        catch (Exception failure)
        {
            // The connection is gone either way.
            _ = failure;
        }
    }

    private void Welcome(Connection connection)
    {
        var client = connection.Peer.Client;
        _clients.AddOrUpdate(client, static (_, made) => [made], static (_, before, made) => before.Add(made), connection);
        MessagingLog.ClientConnected(Log, client);
        GrainTypesForm.Send(connection, Services.GetRequiredService<GrainClassMap>(), Exceptions);
        if (_agent is { } agent) ViewForm.Send(connection, agent.View, Exceptions);
    }

    private void ForgetClient(Connection connection)
    {
        var client = connection.Peer.Client;
        while (_clients.TryGetValue(client, out var before))
        {
            var left = before.Remove(connection);
            if (!left.IsEmpty)
            {
                if (_clients.TryUpdate(client, left, before)) return;
            }
            else if (_clients.TryRemove(new(client, before)))
            {
                MessagingLog.ClientGone(Log, client);
                return;
            }
        }
    }

    // Called on the agent's own thread.
    private void OnViewChanged(ClusterView view)
    {
        var before = _view;
        _view = view;
        foreach (var member in before.Members)
            if (view.Find(member.Address) is null) Leave(member);
        foreach (var client in _clients.Values.SelectMany(static c => c)) ViewForm.Send(client, view, Exceptions);
    }

    private void Leave(Member member)
    {
        Retire(member.Address, member.Status == MemberStatus.Leaving, $"{member.Address} is no member of the cluster any more.");
        foreach (var accepted in _accepted.Keys)
            if (accepted.Peer.Silo == member.Address) ThreadPool.UnsafeQueueUserWorkItem(_ => accepted.Close(null), null);
    }

    /// <summary>
    /// Ends the connections to a silo that is no member any more. One that left in order still answers what it has; of one that was
    /// removed nothing is to come. Returns at once.
    /// </summary>
    public void Retire(SiloAddress silo, bool leftInOrder, string reason)
    {
        if (!_links.TryRemove(silo, out var links)) return;
        foreach (var link in links)
        {
            var connection = link.End(reason);
            if (connection is null) continue;
            if ((leftInOrder || connection.IsGoingAway) && connection.Waiting > 0) CloseWhenAnswered(connection, reason);
            else ThreadPool.UnsafeQueueUserWorkItem(_ => connection.Close(reason), null);
        }
    }

    private void CloseWhenAnswered(Connection connection, string reason)
    {
        ITimer? timer = null;
        var looks = 0;
        timer = Time.CreateTimerWithoutFlow(
            _ =>
            {
                if (connection.Waiting > 0 && !connection.Closed.IsCompleted && ++looks < 100) return;
                connection.Close(reason);
                timer?.Dispose();
            },
            this,
            TimeSpan.FromMilliseconds(20),
            TimeSpan.FromMilliseconds(20));
    }
}
