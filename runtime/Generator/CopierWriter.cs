namespace Orleans.Bundled.Generator;

/// <summary>Writes the copier of a serializable type: direct assignments, without reflection.</summary>
internal static class CopierWriter
{
    public static void Write(SourceWriter source, SerializableType type)
    {
        source.Open($"internal sealed class {type.Name("Copier")}{type.TypeParameters} : {Names.Bundled}Copier<{type.FullName}>{type.Constraints}");
        if (type.IsMarkedImmutable) WriteImmutable(source, type);
        else if (type.IsStruct) WriteStruct(source, type);
        else WriteClass(source, type);
        if (!type.IsStruct) WriteMembers(source, type);
        type.WriteAccessors(source);
        source.Close();
    }

    private static void WriteImmutable(SourceWriter source, SerializableType type)
    {
        source.Line("protected override bool DecideImmutable() => true;");
        source.Line($"public override {type.FullName} Copy({type.FullName} value, {Names.Bundled}CopyContext context) => value;");
        source.Line($"public override void Describe({Names.Bundled}GraphShape shape) {{ }}");
    }

    private static void WriteStruct(SourceWriter source, SerializableType type)
    {
        var copied = type.Members.Where(m => !m.IsImmutable).ToList();
        if (type.IsClonable && copied.Count == 0) source.Line("protected override bool DecideImmutable() => true;");
        source.Open($"public override {type.FullName} Copy({type.FullName} value, {Names.Bundled}CopyContext context)");
        source.Line(type.IsClonable ? "var copy = value;" : $"var copy = default({type.FullName});");
        foreach (var member in type.IsClonable ? copied : type.Members) source.Line(member.Write("copy", Copied(member, "value")));
        source.Line("return copy;");
        source.Close();
        source.Open($"public override void Describe({Names.Bundled}GraphShape shape)");
        foreach (var member in copied) source.Line($"shape.Member<{member.TypeName}>();");
        source.Close();
    }

    private static void WriteClass(SourceWriter source, SerializableType type)
    {
        source.Open($"public override {type.FullName} Copy({type.FullName} value, {Names.Bundled}CopyContext context)");
        source.Line("if (value is null) return null;");
        var byRuntimeType = $"({type.FullName}){Names.Bundled}Copiers.CopyRuntime(value, context)";
        if (type.IsAbstract) source.Line($"return {byRuntimeType};");
        else WriteExact(source, type, byRuntimeType);
        source.Close();
        if (!type.IsAbstract && !type.IsClonable) type.WriteCreate(source);

        source.Open($"public override void Describe({Names.Bundled}GraphShape shape)");
        source.Line($"shape.Node(typeof({type.FullName}), {(type.IsExact ? "true" : "false")});");
        if (type.Base is not null || type.IsAbstract) source.Line("shape.Shares();");
        else foreach (var member in type.Members.Where(m => !m.IsImmutable)) source.Line($"shape.Member<{member.TypeName}>();");
        source.Close();
    }

    private static void WriteExact(SourceWriter source, SerializableType type, string byRuntimeType)
    {
        var copied = type.Members.Where(m => !m.IsImmutable).ToList();
        if (!type.IsExact) source.Line($"if (value.GetType() != typeof({type.FullName})) return {byRuntimeType};");
        if (type.IsTracked) source.Line($"if (context is not null && context.TryGet(value, out {type.FullName} done)) return done;");
        if (copied.Count > 0 || type.Base is not null) source.Line($"{Names.Bundled}CopyContext.EnsureDepth();");
        if (type.IsMadeByConstructor)
            source.Line($"var copy = new {type.FullName}({string.Join(", ", type.MembersByPosition.Select(m => m.Read("value")))});");
        else source.Line(type.IsClonable ? $"var copy = {Names.Bundled}CopyContext.Clone(value);" : "var copy = Create();");
        if (type.IsTracked) source.Line("if (context is not null) context.Record(value, copy);");
        if (type.IsClonable) foreach (var member in copied) source.Line(member.Write("copy", Copied(member, "value")));
        else source.Line("CopyMembers(value, copy, context);");
        source.Line("return copy;");
    }

    private static void WriteMembers(SourceWriter source, SerializableType type)
    {
        source.Open($"public override void CopyMembers({type.FullName} from, {type.FullName} to, {Names.Bundled}CopyContext context)");
        if (type.Base is { } parent) source.Line($"{Names.Bundled}CopierOf<{parent}>.Instance.CopyMembers(from, to, context);");
        foreach (var member in type.Members) source.Line(member.Write("to", Copied(member, "from")));
        source.Close();
    }

    private static string Copied(SerializableMember member, string owner) => member.IsImmutable
        ? member.Read(owner)
        : $"{Names.Bundled}CopierOf<{member.TypeName}>.Instance.Copy({member.Read(owner)}, context)";
}
