using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>What the messaging logs.</summary>
internal static partial class MessagingLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Listens at {Endpoint} for {Whom}.")]
    public static partial void Listens(ILogger log, System.Net.EndPoint endpoint, string whom);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A connection from {Endpoint} was refused: {Reason}")]
    public static partial void Refused(ILogger log, System.Net.EndPoint? endpoint, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection with {Peer} is closed: {Reason}")]
    public static partial void Broken(ILogger log, object peer, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The connection with {Peer} is closed.")]
    public static partial void Closed(ILogger log, object peer);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Connected with {Peer}.")]
    public static partial void Connected(ILogger log, object peer);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No connection with {Peer}: {Reason}")]
    public static partial void ConnectFailed(ILogger log, object peer, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A one-way call was lost, {Request}: {Reason}")]
    public static partial void OneWayLost(ILogger log, string request, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The arguments of {Request} from {Peer} cannot be read.")]
    public static partial void Unreadable(ILogger log, Exception exception, string request, object peer);

    [LoggerMessage(Level = LogLevel.Error, Message = "Accepting connections at {Endpoint} failed.")]
    public static partial void AcceptFailed(ILogger log, Exception exception, System.Net.EndPoint endpoint);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Request} met an error of the messaging itself.")]
    public static partial void Failed(ILogger log, Exception exception, string request);

    [LoggerMessage(Level = LogLevel.Error, Message = "This silo does not hold its lease: the answers to {Peer} are not sent.")]
    public static partial void NotServing(ILogger log, object peer);

    [LoggerMessage(Level = LogLevel.Information, Message = "Client {Client} is connected.")]
    public static partial void ClientConnected(ILogger log, GrainId client);

    [LoggerMessage(Level = LogLevel.Information, Message = "Client {Client} is gone.")]
    public static partial void ClientGone(ILogger log, GrainId client);
}
