using System.Collections;
using System.Runtime.CompilerServices;
using Orleans.Serialization;
using Orleans.Storage;

namespace Orleans.Bundled;

/// <summary>What every exception carries: message, stack trace as text, inner exception, result code and data.</summary>
internal static class ExceptionMembers
{
    private const uint MessageId = 0;
    private const uint StackTraceId = 1;
    private const uint InnerId = 2;
    private const uint ResultId = 3;
    private const uint DataId = 4;

    public static void Write(WireWriter writer, Exception value, string? message)
    {
        CodecOf<string?>.Instance.Write(writer, MessageId, message);
        CodecOf<string?>.Instance.Write(writer, 1, value.StackTrace);
        CodecOf<Exception?>.Instance.Write(writer, 1, value.InnerException);
        CodecOf<int>.Instance.Write(writer, 1, value.HResult);
        if (value.Data.Count > 0) CodecOf<Dictionary<object, object?>?>.Instance.Write(writer, 1, Data(value));
    }

    /// <summary>Reads one level, up to its end.</summary>
    public static void Read(WireReader reader, Exception value)
    {
        uint id = 0;
        while (reader.Next(ref id, out var wire))
        {
            switch (id)
            {
                case MessageId:
                    Message(value) = CodecOf<string?>.Instance.Read(reader, wire);
                    break;
                case StackTraceId:
                    RemoteStackTrace(value) = CodecOf<string?>.Instance.Read(reader, wire) is { } trace ? trace + Environment.NewLine : null;
                    break;
                case InnerId:
                    Inner(value) = CodecOf<Exception?>.Instance.Read(reader, wire);
                    break;
                case ResultId:
                    value.HResult = CodecOf<int>.Instance.Read(reader, wire);
                    break;
                case DataId:
                    foreach (var (key, item) in CodecOf<Dictionary<object, object?>?>.Instance.Read(reader, wire) ?? []) value.Data[key] = item;
                    break;
                default:
                    reader.Skip(wire);
                    break;
            }
        }
    }

    /// <summary>An exception whose type this process does not have.</summary>
    public static UnavailableExceptionFallbackException ReadFallback(WireReader reader, int position)
    {
        var value = new UnavailableExceptionFallbackException(reader.UnknownType![1..]);
        reader.Record(position, value);
        Read(reader, value);
        reader.EndObject();
        return value;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_message")]
    public static extern ref string? Message(Exception target);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_innerException")]
    private static extern ref Exception? Inner(Exception target);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_remoteStackTraceString")]
    private static extern ref string? RemoteStackTrace(Exception target);

    // What cannot be serialized is left out: the exception itself matters more than its notes.
    private static Dictionary<object, object?> Data(Exception value)
    {
        var data = new Dictionary<object, object?>();
        foreach (DictionaryEntry entry in value.Data)
            if (IsPlain(entry.Key) && (entry.Value is null || IsPlain(entry.Value))) data[entry.Key] = entry.Value;
        return data;
    }

    private static bool IsPlain(object value) => ScalarCodecs.Create(value.GetType()) is not null;
}

/// <summary>
/// Exceptions without annotation, of the namespaces that the options allow; and the level of <see cref="Exception"/> in those
/// that have one.
/// </summary>
internal sealed class ExceptionCodec<T> : ObjectCodec<T>
    where T : Exception
{
    public override void WriteMembers(WireWriter writer, T value) =>
        ExceptionMembers.Write(writer, value, ExceptionMembers.Message(value));

    public override void ReadMembers(WireReader reader, T value) => ExceptionMembers.Read(reader, value);

    protected override void WriteContent(WireWriter writer, T value)
    {
        if (!writer.Exceptions.Allows(typeof(T))) throw Codecs.NotFound(typeof(T));
        ExceptionMembers.Write(writer, value, value.Message);
        writer.End();
    }

    protected override T ReadContent(WireReader reader, int position)
    {
        if (!reader.Exceptions.Allows(typeof(T))) throw Codecs.NotFound(typeof(T));
        var value = (T)RuntimeHelpers.GetUninitializedObject(typeof(T));
        reader.Record(position, value);
        ExceptionMembers.Read(reader, value);
        reader.EndObject();
        return value;
    }
}

/// <summary>Keeps all inner exceptions, as they are.</summary>
internal sealed class AggregateExceptionCodec : ObjectCodec<AggregateException>
{
    protected override void WriteContent(WireWriter writer, AggregateException value)
    {
        ExceptionMembers.Write(writer, value, ExceptionMembers.Message(value));
        writer.EndLevel();
        CodecOf<Exception[]>.Instance.Write(writer, 0, [.. value.InnerExceptions]);
        writer.End();
    }

    protected override AggregateException ReadContent(WireReader reader, int position)
    {
        var value = new AggregateException();
        reader.Record(position, value);
        ExceptionMembers.Read(reader, value);
        uint id = 0;
        while (reader.Next(ref id, out var wire))
        {
            if (id == 0) Inner(value) = CodecOf<Exception[]>.Instance.Read(reader, wire) ?? [];
            else reader.Skip(wire);
        }

        reader.EndObject();
        return value;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_innerExceptions")]
    private static extern ref Exception[] Inner(AggregateException target);
}

/// <summary>Keeps both versions. Whoever reads it was called by the activation that raised it, and lives on.</summary>
internal sealed class InconsistentStateExceptionCodec : ObjectCodec<InconsistentStateException>
{
    protected override void WriteContent(WireWriter writer, InconsistentStateException value)
    {
        ExceptionMembers.Write(writer, value, value.Message);
        writer.EndLevel();
        CodecOf<string?>.Instance.Write(writer, 0, value.StoredEtag);
        CodecOf<string?>.Instance.Write(writer, 1, value.CurrentEtag);
        writer.End();
    }

    protected override InconsistentStateException ReadContent(WireReader reader, int position)
    {
        var value = new InconsistentStateException { IsSourceActivation = false };
        reader.Record(position, value);
        ExceptionMembers.Read(reader, value);
        uint id = 0;
        while (reader.Next(ref id, out var wire))
        {
            if (id == 0) SetStored(value, CodecOf<string?>.Instance.Read(reader, wire));
            else if (id == 1) SetCurrent(value, CodecOf<string?>.Instance.Read(reader, wire));
            else reader.Skip(wire);
        }

        reader.EndObject();
        return value;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_StoredEtag")]
    private static extern void SetStored(InconsistentStateException target, string? value);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_CurrentEtag")]
    private static extern void SetCurrent(InconsistentStateException target, string? value);
}
