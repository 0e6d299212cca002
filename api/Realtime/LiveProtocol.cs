using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Options;

namespace OrleansSocial.Realtime;

/// <summary>Gives each connection a protocol of its own, which knows it.</summary>
internal sealed class LiveProtocols(IOptions<JsonHubProtocolOptions> options) : IHubProtocolResolver
{
    private readonly JsonHubProtocol _json = new(options);

    /// <inheritdoc/>
    public IReadOnlyList<IHubProtocol> AllProtocols => [_json];

    /// <inheritdoc/>
    public IHubProtocol? GetProtocol(string protocolName, IReadOnlyList<string>? supportedProtocols) =>
        string.Equals(protocolName, _json.Name, StringComparison.OrdinalIgnoreCase) && supportedProtocols?.Contains(_json.Name, StringComparer.OrdinalIgnoreCase) != false
            ? new LiveProtocol(_json)
            : null;
}

/// <summary>The JSON hub protocol of one connection, with four additions: a frame that is no call is charged as well, one that is too large ends the connection with a code,
/// a call that cannot be read gets its refusal code, and answers hear of their writing.</summary>
internal sealed class LiveProtocol(JsonHubProtocol json) : IHubProtocol
{
    /// <summary>Name of the protocol on the wire.</summary>
    public const string ProtocolName = "json";

    private const byte Separator = 0x1e;

    private HubConnection? _connection;

    /// <inheritdoc/>
    public string Name => ProtocolName;

    /// <inheritdoc/>
    public int Version => json.Version;

    /// <inheritdoc/>
    public TransferFormat TransferFormat => json.TransferFormat;

    /// <summary>From here on frames are charged to a connection.</summary>
    public void Serve(HubConnection connection) => _connection = connection;

    /// <inheritdoc/>
    public bool IsVersionSupported(int version) => json.IsVersionSupported(version);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => json.GetMessageBytes(message);

    /// <inheritdoc/>
    public void WriteMessage(HubMessage message, IBufferWriter<byte> output)
    {
        json.WriteMessage(message, output);
        if (message is CompletionMessage { Result: IWhenWritten answer }) answer.Written();
    }

    /// <inheritdoc/>
    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        message = null;
        if (_connection is { } connection && !connection.Takes(input.PositionOf(Separator) is { } end ? input.Slice(0, end).Length : input.Length))
        {
            // Whatever comes from a connection that is being closed is passed over.
            input = input.Slice(input.End);
            return false;
        }

        if (!json.TryParseMessage(ref input, binder, out message)) return false;
        if (message is InvocationBindingFailureMessage { InvocationId: not null } failure)
            message = new InvocationMessage(failure.InvocationId, nameof(LiveHub.Refuse), [RefusalFor(failure.BindingFailure.SourceException).Code]);
        if (message is not InvocationMessage { Target: not nameof(LiveHub.Refuse) }) _connection?.ChargeFrame();
        return true;
    }

    private static Refusal RefusalFor(Exception fault) => fault switch
    {
        HubException => RealtimeRefusals.UnknownMethod,
        TextNotStorableException or { InnerException: TextNotStorableException } => CommonRefusals.TextNotStorable,
        _ => CommonRefusals.Malformed,
    };
}
