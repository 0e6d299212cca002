using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Options;

namespace OrleansSocial.Realtime;

/// <summary>The JSON hub protocol, with two additions: answers hear of their writing, and a call that cannot be read gets its refusal code.</summary>
internal sealed class LiveProtocol(IOptions<JsonHubProtocolOptions> options) : IHubProtocol
{
    /// <summary>Name of the protocol on the wire.</summary>
    public const string ProtocolName = "json";

    private readonly JsonHubProtocol _json = new(options);

    /// <inheritdoc/>
    public string Name => ProtocolName;

    /// <inheritdoc/>
    public int Version => _json.Version;

    /// <inheritdoc/>
    public TransferFormat TransferFormat => _json.TransferFormat;

    /// <inheritdoc/>
    public bool IsVersionSupported(int version) => _json.IsVersionSupported(version);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => _json.GetMessageBytes(message);

    /// <inheritdoc/>
    public void WriteMessage(HubMessage message, IBufferWriter<byte> output)
    {
        _json.WriteMessage(message, output);
        if (message is CompletionMessage { Result: IWhenWritten answer }) answer.Written();
    }

    /// <inheritdoc/>
    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        if (!_json.TryParseMessage(ref input, binder, out message)) return false;
        if (message is InvocationBindingFailureMessage { InvocationId: not null } failure)
            message = new InvocationMessage(failure.InvocationId, nameof(LiveHub.Refuse), [RefusalFor(failure.BindingFailure.SourceException).Code]);
        return true;
    }

    private static Refusal RefusalFor(Exception fault) =>
        fault is TextNotStorableException || fault.InnerException is TextNotStorableException ? CommonRefusals.TextNotStorable : CommonRefusals.Malformed;
}
