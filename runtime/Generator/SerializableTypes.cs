using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Orleans.Bundled.Generator;

/// <summary>Turns a serializable type into a copier and a codec.</summary>
internal static class SerializableTypes
{
    public static GeneratedUnit? Read(INamedTypeSymbol type)
    {
        var problems = new DiagnosticBag();
        if (!type.IsReachable()) problems.Add(Diagnostics.InaccessibleType, type, type.Name);
        if (type.AllInterfaces.Any(i => i.IsNamed("Orleans.IGrainBase"))) return null;

        var hint = "Type_" + Names.Mangled(type);
        var alias = type.Text("Orleans.AliasAttribute");
        if (type.TypeKind == TypeKind.Enum)
        {
            if (!problems.IsEmpty) return new(hint, null, default, problems.ToArray());
            var statement = $"builder.AddEnum(typeof({Names.Unbound(type)}), {Names.Literal(alias)});";
            return new(hint, null, new([Entry(type, alias, statement)]), default);
        }

        var reader = new SerializableTypeReader(type, problems);
        var members = reader.Read();
        if (!problems.IsEmpty) return new(hint, null, default, problems.ToArray());

        var model = new SerializableType(type, members, reader.IsWhole);
        var source = new SourceWriter();
        source.Open("namespace " + Names.Namespace);
        CopierWriter.Write(source, model);
        CodecWriter.Write(source, model);
        source.Close();
        return new(hint, source.ToString(), new([Entry(type, alias, model.Registration(alias))]), default);
    }

    public static GeneratedUnit? ReadConverter(INamedTypeSymbol type)
    {
        var problems = new DiagnosticBag();
        if (!type.IsReachable()) problems.Add(Diagnostics.InaccessibleType, type, type.Name);
        if (!problems.IsEmpty) return new("", null, default, problems.ToArray());
        return new("", null, new([Entry(type, null, $"builder.AddConverter(typeof({Names.Unbound(type)}));")]), default);
    }

    private static ManifestEntry Entry(INamedTypeSymbol type, string? alias, string statement) =>
        new(EntryKind.SerializableType, statement, alias, type.ToDisplayString(), LocationInfo.Of(type));
}

/// <summary>A serializable type as the writers see it.</summary>
internal sealed class SerializableType(INamedTypeSymbol type, List<SerializableMember> members, bool isWhole)
{
    private readonly List<ITypeParameterSymbol> _parameters = Names.TypeParameters(type);
    private readonly string _mangled = Names.Mangled(type);

    public string FullName { get; } = Names.Full(type);

    public List<SerializableMember> Members { get; } = members;

    public bool IsStruct => type.IsValueType;

    public bool IsAbstract => type.IsAbstract;

    public bool IsExact => type.IsSealed || type.IsValueType;

    /// <summary>Exceptions count as immutable: a caller in the same process gets the very object that was thrown.</summary>
    public bool IsMarkedImmutable => type.Has("Orleans.ImmutableAttribute") || type.DerivesFrom("System.Exception");

    public bool IsTracked => !type.Has("Orleans.SuppressReferenceTrackingAttribute");

    public bool OmitsDefaults => type.Has("Orleans.OmitDefaultMemberValuesAttribute");

    public bool HasParameterLevel => Members.Any(m => m.IsParameter);

    /// <summary>The base class whose members form the levels above, if there is one.</summary>
    public string? Base => type.IsValueType || type.BaseType is null || type.BaseType.SpecialType == SpecialType.System_Object
        ? null
        : Names.Full(type.BaseType);

    /// <summary>Whether a copy of all fields, corrected in the mutable members, is a deep copy.</summary>
    public bool IsClonable => isWhole && Base is null;

    /// <summary>
    /// Whether its primary constructor does nothing but take the members, all of which are immutable: then a copy is made by it,
    /// which is cheaper than a copy of all fields.
    /// </summary>
    public bool IsMadeByConstructor => type.IsRecord && !type.IsValueType && IsClonable
        && Members.All(m => m.IsImmutable && m.Symbol.DeclaringSyntaxReferences.Any(r => r.GetSyntax() is ParameterSyntax))
        && type.InstanceConstructors.Any(c => Symbols.IsReachable(c.DeclaredAccessibility) && IsPrimary(c));

    /// <summary>The members in the order of the constructor's parameters.</summary>
    public IEnumerable<SerializableMember> MembersByPosition => type.InstanceConstructors.First(IsPrimary).Parameters
        .Select(p => Members.First(m => m.Symbol.Name == p.Name));

    public string TypeParameters => Names.ParameterList(_parameters);

    public string Constraints => Names.Constraints(_parameters);

    public string Name(string prefix) => prefix + "_" + _mangled;

    public string Registration(string? alias)
    {
        var unbound = Names.UnboundList(_parameters.Count);
        return $"builder.Add(typeof({Names.Unbound(type)}), {Names.Literal(alias)}, "
            + $"typeof(global::{Names.Namespace}.{Name("Copier")}{unbound}), typeof(global::{Names.Namespace}.{Name("Codec")}{unbound}));";
    }

    public void WriteAccessors(SourceWriter source)
    {
        foreach (var member in Members) member.WriteAccessors(source);
    }

    /// <summary>Declares how an empty object is made.</summary>
    public void WriteCreate(SourceWriter source)
    {
        if (IsStruct || IsAbstract) return;
        var constructor = type.InstanceConstructors.FirstOrDefault(c => c.Parameters.IsEmpty);
        if (constructor is null)
            source.Line($"private static {FullName} Create() => ({FullName})global::System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(typeof({FullName}));");
        else if (Symbols.IsReachable(constructor.DeclaredAccessibility) && !HasRequiredMembers())
            source.Line($"private static {FullName} Create() => new {FullName}();");
        else
        {
            const string Space = "global::System.Runtime.CompilerServices.";
            source.Line($"[{Space}UnsafeAccessor({Space}UnsafeAccessorKind.Constructor)]");
            source.Line($"private static extern {FullName} Create();");
        }
    }

    private bool IsPrimary(IMethodSymbol constructor) =>
        constructor.Parameters.Length == Members.Count
        && constructor.Parameters.All(p => Members.Any(m => m.Symbol.Name == p.Name))
        && constructor.DeclaringSyntaxReferences.Any(r => r.GetSyntax() is RecordDeclarationSyntax);

    private bool HasRequiredMembers()
    {
        for (var at = type; at is not null; at = at.BaseType)
            if (at.GetMembers().Any(m => m is IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true })) return true;
        return false;
    }
}
