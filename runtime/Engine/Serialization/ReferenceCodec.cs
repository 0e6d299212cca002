using Orleans.Runtime;
using Orleans.Serialization;

namespace Orleans.Bundled;

/// <summary>Grain references: the grain and the interface. A grain that hands out itself hands out its reference.</summary>
internal sealed class ReferenceCodec<T> : Codec<T>
{
    internal override Type NamedAs => typeof(GrainReference);

    public override void Write(WireWriter writer, uint idDelta, T value)
    {
        if (value is null)
        {
            writer.Null(idDelta);
            return;
        }

        writer.Begin(idDelta);
        WriteFields(writer, value);
    }

    public override T Read(WireReader reader, WireType wire)
    {
        if (wire == WireType.Null) return default!;
        WireReader.Expect(wire, WireType.Object);
        if (reader.TypeMarker() is { } type && type != typeof(GrainReference)) throw WireReader.Malformed($"{type} where a reference belongs");
        return ReadFields(reader) is T value ? value : throw WireReader.Malformed($"a reference that is no {typeof(T)}");
    }

    internal override void WriteNamed(WireWriter writer, object value) => WriteFields(writer, value);

    internal override object ReadNamed(WireReader reader, int position) => ReadFields(reader);

    private static void WriteFields(WireWriter writer, object value)
    {
        var reference = value as GrainReference
            ?? CopierOf<T>.Instance.Copy((T)value, null) as GrainReference
            ?? throw new SerializerException($"{value.GetType()} is not a reference.");
        CodecOf<GrainId>.Instance.Write(writer, 0, reference.GrainId);
        CodecOf<GrainInterfaceType>.Instance.Write(writer, 1, reference.InterfaceType);
        writer.End();
    }

    private static IAddressable ReadFields(WireReader reader)
    {
        GrainId grain = default;
        GrainInterfaceType contract = default;
        uint id = 0;
        while (reader.Next(ref id, out var wire))
        {
            if (id == 0) grain = CodecOf<GrainId>.Instance.Read(reader, wire);
            else if (id == 1) contract = CodecOf<GrainInterfaceType>.Instance.Read(reader, wire);
            else reader.Skip(wire);
        }

        reader.EndObject();
        return reader.Grains.GetGrain(grain, contract);
    }
}
