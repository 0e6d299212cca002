using Microsoft.CodeAnalysis;

namespace Orleans.Bundled.Generator;

/// <summary>Lists grain classes for the manifest, and refuses what belongs elsewhere than on them.</summary>
internal static class GrainClasses
{
    public static GeneratedUnit? Read(INamedTypeSymbol type)
    {
        var isGrain = type.AllInterfaces.Any(i => i.IsNamed("Orleans.IGrainBase"));
        if (!isGrain && !type.IsAddressable()) return null;

        // The base class of grains with state is not abstract, but nobody calls it.
        if (type.IsNamed("Orleans.Grain`1")) return null;

        var problems = new DiagnosticBag();
        foreach (var member in type.GetMembers())
            if (member is IMethodSymbol && member.Has("Orleans.Concurrency.AlwaysInterleaveAttribute"))
                problems.Add(Diagnostics.AlwaysInterleaveOnClass, member, type.Name + "." + member.Name);
        if (isGrain && type.Has("Orleans.GenerateSerializerAttribute")) problems.Add(Diagnostics.SerializableGrain, type, type.Name);

        // The base class of grains with a state is no grain, though it is not abstract.
        var listed = isGrain && !type.IsAbstract && !type.IsNamed("Orleans.Grain`1");
        if (listed && !type.IsReachable()) problems.Add(Diagnostics.InaccessibleGrain, type, type.Name);
        if (!problems.IsEmpty) return new("", null, default, problems.ToArray());
        if (!listed) return null;

        var entry = new ManifestEntry(EntryKind.GrainClass, Registration(type), null, type.ToDisplayString(), LocationInfo.Of(type));
        return new("", null, new([entry]), default);
    }

    private static string Registration(INamedTypeSymbol type)
    {
        var interfaces = type.AllInterfaces.Where(IsGrainInterface).Select(i => $"typeof({Open(i, type)}), ");
        return $"builder.AddGrainClass(typeof({Names.Unbound(type)}), {Names.Literal(GrainType(type))}, "
            + $"new global::System.Type[] {{ {string.Concat(interfaces)}}}, {Factory(type)});";
    }

    // An interface closed over the type parameters of the class can only be named as its definition.
    private static string Open(INamedTypeSymbol contract, INamedTypeSymbol type) =>
        Names.IsGeneric(type) ? Names.Unbound(contract.OriginalDefinition) : Names.Full(contract);

    private static bool IsGrainInterface(INamedTypeSymbol type) =>
        type.IsAddressable() && type.ContainingAssembly.Name is not ("Orleans.Bundled" or "Orleans.Core.Abstractions");

    private static string GrainType(INamedTypeSymbol type)
    {
        if (type.Text("Orleans.GrainTypeAttribute") is { } named) return named;
        var name = type.Name.ToLowerInvariant();
        if (name.EndsWith("grain", StringComparison.Ordinal) && name.Length > 5) name = name.Substring(0, name.Length - 5);
        return type.Arity == 0 ? name : name + "`" + type.Arity;
    }

    private static string Factory(INamedTypeSymbol type)
    {
        var simple = !Names.IsGeneric(type)
            && type.InstanceConstructors is { Length: 1 } constructors
            && constructors[0].Parameters.IsEmpty
            && Symbols.IsReachable(constructors[0].DeclaredAccessibility)
            && !HasRequiredMembers(type);
        return simple ? $"static services => new {Names.Full(type)}()" : "null";
    }

    private static bool HasRequiredMembers(INamedTypeSymbol type)
    {
        for (var at = type; at is not null; at = at.BaseType)
            if (at.GetMembers().Any(m => m is IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true })) return true;
        return false;
    }
}
