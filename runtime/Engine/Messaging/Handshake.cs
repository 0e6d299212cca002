using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Orleans.Runtime;
using Orleans.Serialization;

namespace Orleans.Bundled;

/// <summary>Who a process is on a connection, and which cluster it means.</summary>
/// <param name="ClusterId">The cluster.</param>
/// <param name="ServiceId">The service.</param>
/// <param name="Silo">The silo; null for a client.</param>
/// <param name="Client">The client, or the silo's own client.</param>
internal sealed record ProcessIdentity(string ClusterId, string ServiceId, SiloAddress? Silo, GrainId Client)
{
    public override string ToString() => Silo is { } silo ? $"silo {silo}" : $"client {Client.Key}";
}

/// <summary>A connection was refused by one of its sides. The message names the remedy.</summary>
internal sealed class HandshakeException(string message, bool isGarbage = false) : OrleansException(message)
{
    /// <summary>Whether the other side does not even speak the protocol.</summary>
    public bool IsGarbage { get; } = isGarbage;
}

/// <summary>
/// What both sides say before the first frame: eight bytes that no other protocol begins with, four of length, then the version
/// of the protocol, the engine, cluster, service, who is asking, and whom it means. The answer is of the same form, with a refusal
/// or the identity of who answers.
/// </summary>
internal static class Handshake
{
    /// <summary>Grows when frames of an older version cannot be read any more.</summary>
    public const int ProtocolVersion = 1;

    /// <summary>Engines do not understand each other, and say so.</summary>
    public const string Engine = "Bundled";

    private const int LengthMax = 8192;
    private const int TextCharsMax = 1024;

    private static ReadOnlySpan<byte> Magic => "OrlBndl\n"u8;

    private static int PrefixSize => Magic.Length + 4;

    /// <summary>Introduces this process and reads who answers.</summary>
    /// <param name="pipe">The connection.</param>
    /// <param name="own">This process.</param>
    /// <param name="target">The silo that is meant; generation zero for whichever lives at that endpoint; null for any.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="HandshakeException">The other side refuses, or is none of ours.</exception>
    public static async Task<SiloAddress> Introduce(IDuplexPipe pipe, ProcessIdentity own, SiloAddress? target, CancellationToken cancellation)
    {
        await Send(pipe.Output, writer => WriteIntroduction(writer, own, target), cancellation);
        var fields = await Receive(pipe.Input, cancellation);
        if (fields.Refusal.Length > 0) throw new HandshakeException(fields.Refusal);
        if (fields.Version != ProtocolVersion) throw new HandshakeException(VersionRefusal(fields.Version, fields.Engine));
        return SiloAddress.TryParse(fields.Silo, null, out var silo) ? silo : throw new HandshakeException("The answer names no silo.", true);
    }

    /// <summary>Reads who asks, and answers with an acceptance or with a refusal.</summary>
    /// <param name="pipe">The connection.</param>
    /// <param name="own">This silo.</param>
    /// <param name="forClients">Whether the connection came to the port for clients.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="HandshakeException">The connection was refused.</exception>
    public static async Task<ProcessIdentity> Accept(IDuplexPipe pipe, ProcessIdentity own, bool forClients, CancellationToken cancellation)
    {
        var fields = await Receive(pipe.Input, cancellation);
        var refusal = Refusal(fields, own, forClients);
        await Send(pipe.Output, writer => WriteAnswer(writer, own, refusal ?? ""), cancellation);
        if (refusal is not null) throw new HandshakeException(refusal);
        var silo = forClients ? null : SiloAddress.Parse(fields.Silo, null);
        return new ProcessIdentity(fields.Cluster, fields.Service, silo, GrainId.Create(ObserverRegistry.ClientType, fields.Client));
    }

    private static string? Refusal(Fields fields, ProcessIdentity own, bool forClients)
    {
        if (fields.Engine != Engine)
            return $"{own} runs the {Engine} engine and the one who asks the {fields.Engine} engine. One cluster runs one engine: start every "
                + "node with the same one, or give the other engine a cluster of its own by another cluster id.";
        if (fields.Version != ProtocolVersion) return VersionRefusal(fields.Version, fields.Engine);
        if (fields.Cluster != own.ClusterId)
            return $"{own} is of cluster \"{own.ClusterId}\" and was asked for cluster \"{fields.Cluster}\". Set the same ClusterOptions.ClusterId "
                + "on both, or connect to an address of the other cluster.";
        if (fields.Service != own.ServiceId)
            return $"{own} runs service \"{own.ServiceId}\" and was asked for service \"{fields.Service}\". Set the same ClusterOptions.ServiceId "
                + "on both.";
        if (forClients && fields.Silo.Length > 0)
            return $"This is the port for clients of {own}, and a silo connected to it. Use the silo port in the list of silos.";
        if (!forClients && fields.Silo.Length == 0)
            return $"This is the port for silos of {own}, and a client connected to it. Use the gateway port.";
        if (!forClients && !SiloAddress.TryParse(fields.Silo, null, out _)) return "The silo that asks gives an address that is none.";
        if (fields.Client.Length == 0) return "Who asks does not say who it is.";
        if (fields.Target.Length > 0 && SiloAddress.TryParse(fields.Target, null, out var target) && target.Generation != 0
            && target.Generation != own.Silo!.Generation)
            return $"{target} has ended, and {own} has taken its address.";
        return null;
    }

    private static string VersionRefusal(int version, string engine) =>
        $"This process speaks version {ProtocolVersion} of the protocol between silos and the other one version {version} ({engine} engine). "
        + "Run versions that understand each other, or stop the old ones before the new ones start.";

    private static void WriteIntroduction(WireWriter writer, ProcessIdentity own, SiloAddress? target)
    {
        writer.VarInt(ProtocolVersion);
        writer.Text(Engine);
        writer.Text(own.ClusterId);
        writer.Text(own.ServiceId);
        writer.Text(own.Silo?.ToParsableString() ?? "");
        writer.Text(own.Client.Key.ToString());
        writer.Text(target?.ToParsableString() ?? "");
        writer.Text("");
    }

    private static void WriteAnswer(WireWriter writer, ProcessIdentity own, string refusal)
    {
        writer.VarInt(ProtocolVersion);
        writer.Text(Engine);
        writer.Text(own.ClusterId);
        writer.Text(own.ServiceId);
        writer.Text(own.Silo!.ToParsableString());
        writer.Text(own.Client.Key.ToString());
        writer.Text("");
        writer.Text(refusal.Length > TextCharsMax ? refusal[..TextCharsMax] : refusal);
    }

    private static async Task Send(PipeWriter output, Action<WireWriter> write, CancellationToken cancellation)
    {
        output.Write(Magic);
        var writer = WireWriter.Rent(ExceptionSerializationOptions.Default);
        write(writer);
        BinaryPrimitives.WriteUInt32LittleEndian(output.GetSpan(4), (uint)writer.Written.Length);
        output.Advance(4);
        output.Write(writer.Written);
        writer.Return();
        await output.FlushAsync(cancellation);
    }

    private static async Task<Fields> Receive(PipeReader input, CancellationToken cancellation)
    {
        while (true)
        {
            var result = await input.ReadAsync(cancellation);
            var buffer = result.Buffer;
            if (TryParse(ref buffer, out var fields))
            {
                input.AdvanceTo(buffer.Start);
                return fields;
            }

            input.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
                throw new HandshakeException("The other side closed the connection before it had introduced itself.", isGarbage: true);
        }
    }

    private static bool TryParse(ref ReadOnlySequence<byte> buffer, out Fields fields)
    {
        fields = default;
        Span<byte> prefix = stackalloc byte[12];
        var known = (int)Math.Min(buffer.Length, prefix.Length);
        buffer.Slice(0, known).CopyTo(prefix);
        var magic = prefix[..Math.Min(known, Magic.Length)];
        if (!Magic.StartsWith(magic))
            throw new HandshakeException("What arrived is not the protocol of this runtime: another program uses the port.", isGarbage: true);
        if (known < PrefixSize) return false;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(prefix[Magic.Length..]);
        if (length > LengthMax) throw new HandshakeException($"An introduction of {length} bytes is longer than {LengthMax}.", isGarbage: true);
        if (buffer.Length < PrefixSize + length) return false;
        var bytes = buffer.Slice(PrefixSize, length).ToArray();
        buffer = buffer.Slice(PrefixSize + length);
        try
        {
            var reader = new WireReader(bytes, bytes.Length, null, ExceptionSerializationOptions.Default);
            var version = (int)Math.Min(reader.VarInt(), int.MaxValue);
            fields = new Fields(
                version, reader.Text(), reader.Text(), reader.Text(), reader.Text(), reader.Text(), reader.Text(), reader.Text());
            return true;
        }
        catch (SerializerException failure)
        {
            throw new HandshakeException($"The introduction cannot be read: {failure.Message}", isGarbage: true);
        }
    }

    private readonly record struct Fields(
        int Version, string Engine, string Cluster, string Service, string Silo, string Client, string Target, string Refusal);
}
