using Orleans.Concurrency;

namespace Orleans.Bundled;

internal sealed class KeyValuePairCodec<TKey, TValue> : StructCodec<KeyValuePair<TKey, TValue>>
{
    protected override void WriteContent(WireWriter writer, KeyValuePair<TKey, TValue> value)
    {
        CodecOf<TKey>.Instance.Write(writer, 0, value.Key);
        CodecOf<TValue>.Instance.Write(writer, 1, value.Value);
        writer.End();
    }

    protected override KeyValuePair<TKey, TValue> ReadContent(WireReader reader)
    {
        TKey key = default!;
        TValue value = default!;
        uint id = 0;
        while (reader.Next(ref id, out var wire))
        {
            if (id == 0) key = CodecOf<TKey>.Instance.Read(reader, wire);
            else if (id == 1) value = CodecOf<TValue>.Instance.Read(reader, wire);
            else reader.Skip(wire);
        }

        reader.EndObject();
        return new(key, value);
    }
}

internal sealed class ImmutableCodec<T> : Codec<Immutable<T>>
{
    public override void Write(WireWriter writer, uint idDelta, Immutable<T> value) =>
        CodecOf<T>.Instance.Write(writer, idDelta, value.Value);

    public override Immutable<T> Read(WireReader reader, WireType wire) => new(CodecOf<T>.Instance.Read(reader, wire));
}

internal sealed class ValueTupleCodec<T1> : StructCodec<ValueTuple<T1>>
{
    protected override void WriteContent(WireWriter writer, ValueTuple<T1> value)
    {
        CodecOf<T1>.Instance.Write(writer, 0, value.Item1);
        writer.End();
    }

    protected override ValueTuple<T1> ReadContent(WireReader reader)
    {
        T1 v1 = default!;
        uint id = 0;
        while (reader.Next(ref id, out var wire))
        {
            switch (id)
            {
                case 0:
                    v1 = CodecOf<T1>.Instance.Read(reader, wire);
                    break;
                default:
                    reader.Skip(wire);
                    break;
            }
        }

        reader.EndObject();
        return new(v1);
    }
}

internal sealed class ValueTupleCodec<T1, T2> : StructCodec<ValueTuple<T1, T2>>
{
    protected override void WriteContent(WireWriter writer, ValueTuple<T1, T2> value)
    {
        CodecOf<T1>.Instance.Write(writer, 0, value.Item1);
        CodecOf<T2>.Instance.Write(writer, 1, value.Item2);
        writer.End();
    }

    protected override ValueTuple<T1, T2> ReadContent(WireReader reader)
    {
        T1 v1 = default!;
        T2 v2 = default!;
        uint id = 0;
        while (reader.Next(ref id, out var wire))
        {
            switch (id)
            {
                case 0:
                    v1 = CodecOf<T1>.Instance.Read(reader, wire);
                    break;
                case 1:
                    v2 = CodecOf<T2>.Instance.Read(reader, wire);
                    break;
                default:
                    reader.Skip(wire);
                    break;
            }
        }

        reader.EndObject();
        return new(v1, v2);
    }
}

internal sealed class ValueTupleCodec<T1, T2, T3> : StructCodec<ValueTuple<T1, T2, T3>>
{
    protected override void WriteContent(WireWriter writer, ValueTuple<T1, T2, T3> value)
    {
        CodecOf<T1>.Instance.Write(writer, 0, value.Item1);
        CodecOf<T2>.Instance.Write(writer, 1, value.Item2);
        CodecOf<T3>.Instance.Write(writer, 1, value.Item3);
        writer.End();
    }

    protected override ValueTuple<T1, T2, T3> ReadContent(WireReader reader)
    {
        T1 v1 = default!;
        T2 v2 = default!;
        T3 v3 = default!;
        uint id = 0;
        while (reader.Next(ref id, out var wire))
        {
            switch (id)
            {
                case 0:
                    v1 = CodecOf<T1>.Instance.Read(reader, wire);
                    break;
                case 1:
                    v2 = CodecOf<T2>.Instance.Read(reader, wire);
                    break;
                case 2:
                    v3 = CodecOf<T3>.Instance.Read(reader, wire);
                    break;
                default:
                    reader.Skip(wire);
                    break;
            }
        }

        reader.EndObject();
        return new(v1, v2, v3);
    }
}

internal sealed class ValueTupleCodec<T1, T2, T3, T4> : StructCodec<ValueTuple<T1, T2, T3, T4>>
{
    protected override void WriteContent(WireWriter writer, ValueTuple<T1, T2, T3, T4> value)
    {
        CodecOf<T1>.Instance.Write(writer, 0, value.Item1);
        CodecOf<T2>.Instance.Write(writer, 1, value.Item2);
        CodecOf<T3>.Instance.Write(writer, 1, value.Item3);
        CodecOf<T4>.Instance.Write(writer, 1, value.Item4);
        writer.End();
    }

    protected override ValueTuple<T1, T2, T3, T4> ReadContent(WireReader reader)
    {
        T1 v1 = default!;
        T2 v2 = default!;
        T3 v3 = default!;
        T4 v4 = default!;
        uint id = 0;
        while (reader.Next(ref id, out var wire))
        {
            switch (id)
            {
                case 0:
                    v1 = CodecOf<T1>.Instance.Read(reader, wire);
                    break;
                case 1:
                    v2 = CodecOf<T2>.Instance.Read(reader, wire);
                    break;
                case 2:
                    v3 = CodecOf<T3>.Instance.Read(reader, wire);
                    break;
                case 3:
                    v4 = CodecOf<T4>.Instance.Read(reader, wire);
                    break;
                default:
                    reader.Skip(wire);
                    break;
            }
        }

        reader.EndObject();
        return new(v1, v2, v3, v4);
    }
}

internal sealed class ValueTupleCodec<T1, T2, T3, T4, T5> : StructCodec<ValueTuple<T1, T2, T3, T4, T5>>
{
    protected override void WriteContent(WireWriter writer, ValueTuple<T1, T2, T3, T4, T5> value)
    {
        CodecOf<T1>.Instance.Write(writer, 0, value.Item1);
        CodecOf<T2>.Instance.Write(writer, 1, value.Item2);
        CodecOf<T3>.Instance.Write(writer, 1, value.Item3);
        CodecOf<T4>.Instance.Write(writer, 1, value.Item4);
        CodecOf<T5>.Instance.Write(writer, 1, value.Item5);
        writer.End();
    }

    protected override ValueTuple<T1, T2, T3, T4, T5> ReadContent(WireReader reader)
    {
        T1 v1 = default!;
        T2 v2 = default!;
        T3 v3 = default!;
        T4 v4 = default!;
        T5 v5 = default!;
        uint id = 0;
        while (reader.Next(ref id, out var wire))
        {
            switch (id)
            {
                case 0:
                    v1 = CodecOf<T1>.Instance.Read(reader, wire);
                    break;
                case 1:
                    v2 = CodecOf<T2>.Instance.Read(reader, wire);
                    break;
                case 2:
                    v3 = CodecOf<T3>.Instance.Read(reader, wire);
                    break;
                case 3:
                    v4 = CodecOf<T4>.Instance.Read(reader, wire);
                    break;
                case 4:
                    v5 = CodecOf<T5>.Instance.Read(reader, wire);
                    break;
                default:
                    reader.Skip(wire);
                    break;
            }
        }

        reader.EndObject();
        return new(v1, v2, v3, v4, v5);
    }
}

internal sealed class ValueTupleCodec<T1, T2, T3, T4, T5, T6> : StructCodec<ValueTuple<T1, T2, T3, T4, T5, T6>>
{
    protected override void WriteContent(WireWriter writer, ValueTuple<T1, T2, T3, T4, T5, T6> value)
    {
        CodecOf<T1>.Instance.Write(writer, 0, value.Item1);
        CodecOf<T2>.Instance.Write(writer, 1, value.Item2);
        CodecOf<T3>.Instance.Write(writer, 1, value.Item3);
        CodecOf<T4>.Instance.Write(writer, 1, value.Item4);
        CodecOf<T5>.Instance.Write(writer, 1, value.Item5);
        CodecOf<T6>.Instance.Write(writer, 1, value.Item6);
        writer.End();
    }

    protected override ValueTuple<T1, T2, T3, T4, T5, T6> ReadContent(WireReader reader)
    {
        T1 v1 = default!;
        T2 v2 = default!;
        T3 v3 = default!;
        T4 v4 = default!;
        T5 v5 = default!;
        T6 v6 = default!;
        uint id = 0;
        while (reader.Next(ref id, out var wire))
        {
            switch (id)
            {
                case 0:
                    v1 = CodecOf<T1>.Instance.Read(reader, wire);
                    break;
                case 1:
                    v2 = CodecOf<T2>.Instance.Read(reader, wire);
                    break;
                case 2:
                    v3 = CodecOf<T3>.Instance.Read(reader, wire);
                    break;
                case 3:
                    v4 = CodecOf<T4>.Instance.Read(reader, wire);
                    break;
                case 4:
                    v5 = CodecOf<T5>.Instance.Read(reader, wire);
                    break;
                case 5:
                    v6 = CodecOf<T6>.Instance.Read(reader, wire);
                    break;
                default:
                    reader.Skip(wire);
                    break;
            }
        }

        reader.EndObject();
        return new(v1, v2, v3, v4, v5, v6);
    }
}

internal sealed class ValueTupleCodec<T1, T2, T3, T4, T5, T6, T7> : StructCodec<ValueTuple<T1, T2, T3, T4, T5, T6, T7>>
{
    protected override void WriteContent(WireWriter writer, ValueTuple<T1, T2, T3, T4, T5, T6, T7> value)
    {
        CodecOf<T1>.Instance.Write(writer, 0, value.Item1);
        CodecOf<T2>.Instance.Write(writer, 1, value.Item2);
        CodecOf<T3>.Instance.Write(writer, 1, value.Item3);
        CodecOf<T4>.Instance.Write(writer, 1, value.Item4);
        CodecOf<T5>.Instance.Write(writer, 1, value.Item5);
        CodecOf<T6>.Instance.Write(writer, 1, value.Item6);
        CodecOf<T7>.Instance.Write(writer, 1, value.Item7);
        writer.End();
    }

    protected override ValueTuple<T1, T2, T3, T4, T5, T6, T7> ReadContent(WireReader reader)
    {
        T1 v1 = default!;
        T2 v2 = default!;
        T3 v3 = default!;
        T4 v4 = default!;
        T5 v5 = default!;
        T6 v6 = default!;
        T7 v7 = default!;
        uint id = 0;
        while (reader.Next(ref id, out var wire))
        {
            switch (id)
            {
                case 0:
                    v1 = CodecOf<T1>.Instance.Read(reader, wire);
                    break;
                case 1:
                    v2 = CodecOf<T2>.Instance.Read(reader, wire);
                    break;
                case 2:
                    v3 = CodecOf<T3>.Instance.Read(reader, wire);
                    break;
                case 3:
                    v4 = CodecOf<T4>.Instance.Read(reader, wire);
                    break;
                case 4:
                    v5 = CodecOf<T5>.Instance.Read(reader, wire);
                    break;
                case 5:
                    v6 = CodecOf<T6>.Instance.Read(reader, wire);
                    break;
                case 6:
                    v7 = CodecOf<T7>.Instance.Read(reader, wire);
                    break;
                default:
                    reader.Skip(wire);
                    break;
            }
        }

        reader.EndObject();
        return new(v1, v2, v3, v4, v5, v6, v7);
    }
}

internal sealed class ValueTupleCodec<T1, T2, T3, T4, T5, T6, T7, TRest> : StructCodec<ValueTuple<T1, T2, T3, T4, T5, T6, T7, TRest>>
    where TRest : struct
{
    protected override void WriteContent(WireWriter writer, ValueTuple<T1, T2, T3, T4, T5, T6, T7, TRest> value)
    {
        CodecOf<T1>.Instance.Write(writer, 0, value.Item1);
        CodecOf<T2>.Instance.Write(writer, 1, value.Item2);
        CodecOf<T3>.Instance.Write(writer, 1, value.Item3);
        CodecOf<T4>.Instance.Write(writer, 1, value.Item4);
        CodecOf<T5>.Instance.Write(writer, 1, value.Item5);
        CodecOf<T6>.Instance.Write(writer, 1, value.Item6);
        CodecOf<T7>.Instance.Write(writer, 1, value.Item7);
        CodecOf<TRest>.Instance.Write(writer, 1, value.Rest);
        writer.End();
    }

    protected override ValueTuple<T1, T2, T3, T4, T5, T6, T7, TRest> ReadContent(WireReader reader)
    {
        T1 v1 = default!;
        T2 v2 = default!;
        T3 v3 = default!;
        T4 v4 = default!;
        T5 v5 = default!;
        T6 v6 = default!;
        T7 v7 = default!;
        TRest v8 = default!;
        uint id = 0;
        while (reader.Next(ref id, out var wire))
        {
            switch (id)
            {
                case 0:
                    v1 = CodecOf<T1>.Instance.Read(reader, wire);
                    break;
                case 1:
                    v2 = CodecOf<T2>.Instance.Read(reader, wire);
                    break;
                case 2:
                    v3 = CodecOf<T3>.Instance.Read(reader, wire);
                    break;
                case 3:
                    v4 = CodecOf<T4>.Instance.Read(reader, wire);
                    break;
                case 4:
                    v5 = CodecOf<T5>.Instance.Read(reader, wire);
                    break;
                case 5:
                    v6 = CodecOf<T6>.Instance.Read(reader, wire);
                    break;
                case 6:
                    v7 = CodecOf<T7>.Instance.Read(reader, wire);
                    break;
                case 7:
                    v8 = CodecOf<TRest>.Instance.Read(reader, wire);
                    break;
                default:
                    reader.Skip(wire);
                    break;
            }
        }

        reader.EndObject();
        return new(v1, v2, v3, v4, v5, v6, v7, v8);
    }
}
