using Microsoft.CodeAnalysis;

namespace Orleans.Bundled.Generator;

/// <summary>Questions about symbols, answered by name so that nothing of a compilation is held.</summary>
internal static class Symbols
{
    private static readonly HashSet<string> s_immutable =
    [
        "System.Guid", "System.DateTimeOffset", "System.TimeSpan", "System.DateOnly", "System.TimeOnly", "System.Uri", "System.Version",
        "System.Half", "System.Int128", "System.UInt128", "System.Numerics.BigInteger", "System.Globalization.CultureInfo",
        "System.Globalization.CompareInfo", "System.Collections.Specialized.BitVector32", "System.Net.IPAddress", "System.Type",
        "System.Threading.CancellationToken", "Orleans.Runtime.GrainId", "Orleans.Runtime.GrainType", "Orleans.Runtime.IdSpan",
        "Orleans.Runtime.SiloAddress", "Orleans.Concurrency.Immutable`1", "System.ValueTuple",
    ];

    private static readonly HashSet<string> s_immutableWhenArgumentsAre =
    [
        "System.Nullable`1", "System.Collections.Generic.KeyValuePair`2",
        "System.Collections.Immutable.ImmutableArray`1", "System.Collections.Immutable.ImmutableList`1",
        "System.Collections.Immutable.ImmutableHashSet`1", "System.Collections.Immutable.ImmutableSortedSet`1",
        "System.Collections.Immutable.ImmutableQueue`1", "System.Collections.Immutable.ImmutableStack`1",
        "System.Collections.Immutable.ImmutableDictionary`2", "System.Collections.Immutable.ImmutableSortedDictionary`2",
        "System.Collections.Frozen.FrozenSet`1", "System.Collections.Frozen.FrozenDictionary`2",
    ];

    public static AttributeData? Attribute(this ISymbol symbol, string metadataName)
    {
        foreach (var attribute in symbol.GetAttributes())
            if (attribute.AttributeClass is { } type && Names.Metadata(type) == metadataName) return attribute;
        return null;
    }

    public static bool Has(this ISymbol symbol, string metadataName) => symbol.Attribute(metadataName) is not null;

    public static string? Text(this ISymbol symbol, string metadataName) =>
        symbol.Attribute(metadataName) is { ConstructorArguments.Length: > 0 } found ? found.ConstructorArguments[0].Value as string : null;

    public static uint? Id(this ISymbol symbol) =>
        symbol.Attribute("Orleans.IdAttribute") is { ConstructorArguments.Length: > 0 } found ? found.ConstructorArguments[0].Value as uint? : null;

    public static T? Named<T>(this AttributeData attribute, string name)
        where T : struct
    {
        foreach (var pair in attribute.NamedArguments)
            if (pair.Key == name && pair.Value.Value is { } value) return (T)value;
        return null;
    }

    public static bool IsNamed(this ITypeSymbol type, string metadataName) =>
        type is INamedTypeSymbol named && Names.Metadata(named.OriginalDefinition) == metadataName;

    public static bool IsAddressable(this ITypeSymbol type) =>
        type.IsNamed("Orleans.Runtime.IAddressable") || type.AllInterfaces.Any(i => i.IsNamed("Orleans.Runtime.IAddressable"));

    public static bool DerivesFrom(this ITypeSymbol type, string metadataName)
    {
        for (var at = type.BaseType; at is not null; at = at.BaseType)
            if (at.IsNamed(metadataName)) return true;
        return false;
    }

    /// <summary>Whether code elsewhere in the same assembly can name the type.</summary>
    public static bool IsReachable(this ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol array => array.ElementType.IsReachable(),
        ITypeParameterSymbol => true,
        INamedTypeSymbol named => !named.IsFileLocal && IsReachable(named.DeclaredAccessibility)
            && (named.ContainingType is null || named.ContainingType.IsReachable()) && named.TypeArguments.All(IsReachable),
        _ => true,
    };

    public static bool IsReachable(Accessibility accessibility) =>
        accessibility is Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal or Accessibility.NotApplicable;

    /// <summary>Whether values of the static type are passed by reference.</summary>
    public static bool IsImmutable(this ITypeSymbol type)
    {
        if (type.TypeKind == TypeKind.Enum) return true;
        if (type.SpecialType is (>= SpecialType.System_Boolean and <= SpecialType.System_UIntPtr) or SpecialType.System_DateTime) return true;
        if (type is not INamedTypeSymbol named) return false;
        if (named.Has("Orleans.ImmutableAttribute")) return true;
        var name = Names.Metadata(named.OriginalDefinition);
        if (s_immutable.Contains(name) || name == "System.Exception" || named.DerivesFrom("System.Exception")) return true;
        if (name.StartsWith("System.ValueTuple`", StringComparison.Ordinal) || name.StartsWith("System.Tuple`", StringComparison.Ordinal)
            || s_immutableWhenArgumentsAre.Contains(name)) return named.TypeArguments.All(IsImmutable);
        return false;
    }

    public static bool IsStackOnly(this ITypeSymbol type) =>
        type.IsRefLikeType || type.TypeKind is TypeKind.Pointer or TypeKind.FunctionPointer
        || (type is IArrayTypeSymbol array && array.ElementType.IsStackOnly());
}
