namespace Orleans.Bundled.Generator;

/// <summary>
/// Writes the codec of a serializable type. Each class of an inheritance chain is a level with its own ids; the primary
/// constructor parameters of a record, where they have no ids of their own, are a level before that of its body.
/// </summary>
internal static class CodecWriter
{
    public static void Write(SourceWriter source, SerializableType type)
    {
        var kind = type.IsStruct ? "StructCodec" : "ObjectCodec";
        source.Open($"internal sealed class {type.Name("Codec")}{type.TypeParameters} : {Names.Bundled}{kind}<{type.FullName}>{type.Constraints}");
        if (type.IsStruct) WriteStruct(source, type);
        else WriteClass(source, type);
        type.WriteAccessors(source);
        source.Close();
    }

    private static void WriteStruct(SourceWriter source, SerializableType type)
    {
        source.Open($"protected override void WriteContent({Names.Bundled}WireWriter writer, {type.FullName} value)");
        WriteLevels(source, type);
        source.Line("writer.End();");
        source.Close();

        source.Open($"protected override {type.FullName} ReadContent({Names.Bundled}WireReader reader)");
        source.Line($"var value = default({type.FullName});");
        ReadLevels(source, type);
        source.Line("reader.EndObject();");
        source.Line("return value;");
        source.Close();
    }

    private static void WriteClass(SourceWriter source, SerializableType type)
    {
        if (!type.IsTracked) source.Line("public override bool IsTracked => false;");
        source.Open($"protected override void WriteContent({Names.Bundled}WireWriter writer, {type.FullName} value)");
        source.Line("WriteMembers(writer, value);");
        source.Line("writer.End();");
        source.Close();

        source.Open($"protected override {type.FullName} ReadContent({Names.Bundled}WireReader reader, int position)");
        if (type.IsAbstract) source.Line($"throw new global::Orleans.Serialization.SerializerException(\"An abstract class has no objects of its own.\");");
        else
        {
            source.Line("var value = Create();");
            source.Line("reader.Record(position, value);");
            source.Line("ReadMembers(reader, value);");
            source.Line("reader.EndObject();");
            source.Line("return value;");
        }

        source.Close();
        if (!type.IsAbstract) type.WriteCreate(source);
        if (type.IsAbstract) source.Line($"protected override bool IsExact({type.FullName} value) => false;");

        source.Open($"public override void WriteMembers({Names.Bundled}WireWriter writer, {type.FullName} value)");
        if (type.Base is { } parent)
        {
            source.Line($"{Names.Bundled}CodecOf<{parent}>.Instance.WriteMembers(writer, value);");
            source.Line("writer.EndLevel();");
        }

        WriteLevels(source, type);
        source.Close();

        source.Open($"public override void ReadMembers({Names.Bundled}WireReader reader, {type.FullName} value)");
        if (type.Base is not null) source.Line($"{Names.Bundled}CodecOf<{type.Base}>.Instance.ReadMembers(reader, value);");
        ReadLevels(source, type);
        source.Close();
    }

    private static void WriteLevels(SourceWriter source, SerializableType type)
    {
        if (type.HasParameterLevel)
        {
            WriteFields(source, type, type.Members.Where(m => m.IsParameter), "lastParameter");
            source.Line("writer.EndLevel();");
        }

        WriteFields(source, type, type.Members.Where(m => !m.IsParameter), "lastMember");
    }

    private static void WriteFields(SourceWriter source, SerializableType type, IEnumerable<SerializableMember> members, string last)
    {
        uint written = 0;
        if (type.OmitsDefaults) source.Line($"uint {last} = 0;");
        foreach (var member in members)
        {
            var value = member.Read("value");
            var codec = $"{Names.Bundled}CodecOf<{member.TypeName}>.Instance";
            if (type.OmitsDefaults)
            {
                source.Open($"if (!global::System.Collections.Generic.EqualityComparer<{member.TypeName}>.Default.Equals({value}, default({member.TypeName})))");
                source.Line($"{codec}.Write(writer, {member.Id}u - {last}, {value});");
                source.Line($"{last} = {member.Id}u;");
                source.Close();
            }
            else
            {
                source.Line($"{codec}.Write(writer, {member.Id - written}u, {value});");
                written = member.Id;
            }
        }
    }

    private static void ReadLevels(SourceWriter source, SerializableType type)
    {
        source.Line("uint id = 0;");
        if (type.HasParameterLevel)
        {
            ReadFields(source, type.Members.Where(m => m.IsParameter));
            source.Line("id = 0;");
        }

        ReadFields(source, type.Members.Where(m => !m.IsParameter));
    }

    private static void ReadFields(SourceWriter source, IEnumerable<SerializableMember> members)
    {
        source.Open("while (reader.Next(ref id, out var wire))");
        source.Open("switch (id)");
        foreach (var member in members)
        {
            source.Line($"case {member.Id}u:");
            source.Line("    " + member.Write("value", $"{Names.Bundled}CodecOf<{member.TypeName}>.Instance.Read(reader, wire)"));
            source.Line("    break;");
        }

        source.Line("default:");
        source.Line("    reader.Skip(wire);");
        source.Line("    break;");
        source.Close();
        source.Close();
    }
}
