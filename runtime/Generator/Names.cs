using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;

namespace Orleans.Bundled.Generator;

/// <summary>How generated code spells types, and what it calls its own.</summary>
internal static class Names
{
    public const string Namespace = "OrleansGenerated";
    public const string Bundled = "global::Orleans.Bundled.";

    private static readonly SymbolDisplayFormat s_format = SymbolDisplayFormat.FullyQualifiedFormat;

    /// <summary>The type as an expression of it compiles anywhere.</summary>
    public static string Full(ITypeSymbol type) => type.ToDisplayString(s_format);

    /// <summary>The type inside <c>typeof</c>, unbound when it is a generic definition.</summary>
    public static string Unbound(INamedTypeSymbol type)
    {
        if (!IsGeneric(type)) return Full(type);
        var own = type.Name + (type.Arity == 0 ? "" : "<" + new string(',', type.Arity - 1) + ">");
        if (type.ContainingType is { } outer) return Unbound(outer) + "." + own;
        var space = type.ContainingNamespace is { IsGlobalNamespace: false } ns ? ns.ToDisplayString(s_format) + "." : "global::";
        return space + own;
    }

    /// <summary>Namespace-qualified metadata name, for instance <c>Sample.Page`1+Entry</c>.</summary>
    public static string Metadata(INamedTypeSymbol type)
    {
        if (type.ContainingType is { } outer) return Metadata(outer) + "+" + type.MetadataName;
        return type.ContainingNamespace is { IsGlobalNamespace: false } ns ? ns.ToDisplayString() + "." + type.MetadataName : type.MetadataName;
    }

    /// <summary>A part of a class name that is unique for the type.</summary>
    public static string Mangled(INamedTypeSymbol type)
    {
        var name = new StringBuilder();
        for (var at = type; at is not null; at = at.ContainingType) name.Insert(0, at.Name + "_");
        return name + Hash(Metadata(type));
    }

    public static bool IsGeneric(INamedTypeSymbol type) =>
        type.Arity > 0 || (type.ContainingType is { } outer && IsGeneric(outer));

    /// <summary>The type parameters of the type and of those it is nested in, outermost first.</summary>
    public static List<ITypeParameterSymbol> TypeParameters(INamedTypeSymbol type)
    {
        var all = type.ContainingType is { } outer ? TypeParameters(outer) : [];
        all.AddRange(type.TypeParameters);
        return all;
    }

    public static string ParameterList(IReadOnlyCollection<ITypeParameterSymbol> parameters) =>
        parameters.Count == 0 ? "" : "<" + string.Join(", ", parameters.Select(p => Identifier(p.Name))) + ">";

    public static string UnboundList(int count) => count == 0 ? "" : "<" + new string(',', count - 1) + ">";

    public static string Constraints(IEnumerable<ITypeParameterSymbol> parameters)
    {
        var clauses = new StringBuilder();
        foreach (var parameter in parameters)
        {
            var parts = new List<string>();
            if (parameter.HasUnmanagedTypeConstraint) parts.Add("unmanaged");
            else if (parameter.HasValueTypeConstraint) parts.Add("struct");
            else if (parameter.HasReferenceTypeConstraint) parts.Add("class");
            else if (parameter.HasNotNullConstraint) parts.Add("notnull");
            parts.AddRange(parameter.ConstraintTypes.Select(Full));
            if (parameter.HasConstructorConstraint) parts.Add("new()");
            if (parts.Count > 0) clauses.Append(" where ").Append(Identifier(parameter.Name)).Append(" : ").Append(string.Join(", ", parts));
        }

        return clauses.ToString();
    }

    public static string Identifier(string name) => "@" + name;

    public static string Literal(string? text) =>
        text is null ? "null" : Microsoft.CodeAnalysis.CSharp.SymbolDisplay.FormatLiteral(text, quote: true);

    public static string Hash(string text) => HashCode(text).ToString("X8", CultureInfo.InvariantCulture);

    /// <summary>A hash that is the same in every process and version (FNV-1a over UTF-8, then mixed).</summary>
    public static uint HashCode(string text)
    {
        var hash = 2166136261u;
        foreach (var b in Encoding.UTF8.GetBytes(text)) hash = unchecked((hash ^ b) * 16777619u);
        hash ^= hash >> 16;
        hash = unchecked(hash * 0x7feb352du);
        return hash ^ (hash >> 15);
    }
}
