using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Logging;

namespace OrleansSocial.Realtime;

/// <summary>A live connection over the hub.</summary>
internal sealed class HubConnection(LiveNode node, LivePeople people, Caller caller, HubConnectionContext socket) : LiveConnection(node, people, caller)
{
    private readonly FrameAllowance _frames = new(node.Options, node.Clock);
    private long _heardAt = node.Clock.GetTimestamp();
    private int _refused;

    /// <inheritdoc/>
    public override bool IsSilent => Node.Clock.GetElapsedTime(Volatile.Read(ref _heardAt)) >= TimeSpan.FromSeconds(Node.Options.SilenceSecondsMax);

    /// <summary>Takes note that something comes. False when nothing is taken any more: one that is too large is not, and ends the connection.</summary>
    public bool Takes(long bytes)
    {
        Volatile.Write(ref _heardAt, Node.Clock.GetTimestamp());
        if (!Closed && bytes > Node.Options.MessageBytesMax) _ = Close(RealtimeRefusals.MessageTooLarge.Code);
        return !Closed;
    }

    /// <summary>Charges a frame that is no call of a method, which has a rate class.</summary>
    public void ChargeFrame()
    {
        if (!_frames.Take()) _ = Close(RealtimeRefusals.TooManyFrames.Code);
    }

    /// <summary>Takes note of an answer: whoever does nothing but what is refused is sent away.</summary>
    public void Answered(bool refused)
    {
        _refused = refused ? _refused + 1 : 0;
        if (_refused >= Node.Options.RefusalsMax) _ = Close(RealtimeRefusals.TooManyRefusals.Code);
    }

    /// <inheritdoc/>
    protected override ValueTask Write(LiveFrame frame) => socket.WriteAsync(frame.Message);

    /// <inheritdoc/>
    protected override ValueTask End(bool mayReconnect) => socket.WriteAsync(new CloseMessage(error: null, allowReconnect: mayReconnect));

    /// <inheritdoc/>
    protected override void Abort() => socket.Abort();
}

/// <summary>Gives every connection of the hub its <see cref="LiveConnection"/>.</summary>
internal sealed partial class LiveLifetime<THub>(LiveConnections connections, LiveNode node, LivePeople people, ILogger<DefaultHubLifetimeManager<THub>> log)
    : DefaultHubLifetimeManager<THub>(log)
    where THub : LiveHub
{
    /// <inheritdoc/>
    public override async Task OnConnectedAsync(HubConnectionContext connection)
    {
        var caller = Caller.From(connection.User) ?? throw new InvalidOperationException("The hub must be mapped Signed().");
        var live = new HubConnection(node, people, caller, connection);
        connection.Features.Set<LiveConnection>(live);
        (connection.Protocol as LiveProtocol)?.Serve(live);
        connections.Add(live);
        Forget(connection.GetHttpContext());
        await base.OnConnectedAsync(connection);
        await Count(live);
    }

    /// <inheritdoc/>
    public override async Task OnDisconnectedAsync(HubConnectionContext connection)
    {
        if (connection.Features.Get<LiveConnection>() is { } live)
        {
            connections.Remove(live);
            live.Leave();
        }

        await base.OnDisconnectedAsync(connection);
    }

    private async Task Count(HubConnection live)
    {
        try
        {
            if (await live.Arrive() is { } refusal) await live.Close(refusal.Code);
        }
        catch (Exception fault)
        {
            // No silo answers: whatever is asked of the connection counts it, or says that it cannot be answered now.
            LogNotCounted(node.Log, fault.Message);
        }
    }

    // A connection lives for hours; the headers, the address with its token and the ticket of its first moment need not.
    private static void Forget(HttpContext? http)
    {
        if (http is null) return;
        http.Request.Headers.Clear();
        http.Features.Set<IQueryFeature>(null);
        http.Features.Set<IAuthenticateResultFeature>(null);
        if (http.Features.Get<IHttpRequestFeature>() is { } request) (request.RawTarget, request.QueryString) = ("", "");
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A connection was not counted: {Cause}")]
    private static partial void LogNotCounted(ILogger log, string cause);
}
