using Orleans.Serialization;

namespace Orleans.Bundled;

/// <summary>Writes and reads objects of a foreign class by way of their surrogates, which are their only field.</summary>
internal sealed class ConvertingCodec<TValue, TSurrogate, TConverter> : ObjectCodec<TValue>
    where TValue : class
    where TSurrogate : struct
    where TConverter : IConverter<TValue, TSurrogate>
{
    private readonly TConverter _converter = Activator.CreateInstance<TConverter>();

    public override void WriteMembers(WireWriter writer, TValue value) =>
        CodecOf<TSurrogate>.Instance.Write(writer, 0, _converter.ConvertToSurrogate(in value));

    public override void ReadMembers(WireReader reader, TValue value)
    {
        uint id = 0;
        while (reader.Next(ref id, out var wire))
        {
            if (id != 0)
            {
                reader.Skip(wire);
                continue;
            }

            var surrogate = CodecOf<TSurrogate>.Instance.Read(reader, wire);
            Populator.Populate(_converter, in surrogate, value);
        }
    }

    protected override void WriteContent(WireWriter writer, TValue value)
    {
        WriteMembers(writer, value);
        writer.End();
    }

    protected override TValue ReadContent(WireReader reader, int position)
    {
        TSurrogate surrogate = default;
        uint id = 0;
        while (reader.Next(ref id, out var wire))
        {
            if (id == 0) surrogate = CodecOf<TSurrogate>.Instance.Read(reader, wire);
            else reader.Skip(wire);
        }

        reader.EndObject();
        var value = _converter.ConvertFromSurrogate(in surrogate)
            ?? throw new SerializerException($"{typeof(TConverter)} made nothing of a surrogate.");
        reader.Record(position, value);
        return value;
    }
}

/// <summary>The same for foreign structs, which are written as their surrogates.</summary>
internal sealed class ConvertingStructCodec<TValue, TSurrogate, TConverter> : Codec<TValue>
    where TValue : struct
    where TSurrogate : struct
    where TConverter : IConverter<TValue, TSurrogate>
{
    private readonly TConverter _converter = Activator.CreateInstance<TConverter>();

    public override void Write(WireWriter writer, uint idDelta, TValue value) =>
        CodecOf<TSurrogate>.Instance.Write(writer, idDelta, _converter.ConvertToSurrogate(in value));

    public override TValue Read(WireReader reader, WireType wire)
    {
        var surrogate = CodecOf<TSurrogate>.Instance.Read(reader, wire);
        return _converter.ConvertFromSurrogate(in surrogate);
    }
}
