using System.Reflection;
using Orleans.Metadata;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>Knows which grain class serves an interface.</summary>
internal interface IGrainTypeResolver
{
    /// <summary>The grain type that serves an interface.</summary>
    /// <param name="interfaceType">The interface, closed when generic.</param>
    /// <param name="classPrefix">Chooses the one class whose full name begins so; null for the default class.</param>
    /// <exception cref="ArgumentException">No class serves it, or several do and none is the default.</exception>
    GrainType Resolve(Type interfaceType, string? classPrefix);
}

/// <summary>What the rules need to know of a grain class, which may live in another process.</summary>
internal sealed record GrainClassName(string GrainType, string FullName, string Name, bool IsGeneric);

/// <summary>How an interface leads to one of the classes that serve it.</summary>
internal static class GrainTypeRules
{
    /// <inheritdoc cref="IGrainTypeResolver.Resolve"/>
    public static GrainType Find(Type interfaceType, string? classPrefix, GrainClassName[] candidates, out GrainClassName? chosen)
    {
        var definition = interfaceType.IsGenericType ? interfaceType.GetGenericTypeDefinition() : interfaceType;
        chosen = null;
        if (!string.IsNullOrEmpty(classPrefix))
        {
            var named = Array.FindAll(candidates, c => c.FullName.StartsWith(classPrefix, StringComparison.Ordinal));
            chosen = named is [var single]
                ? single
                : throw new ArgumentException(
                    $"{Count(named.Length)} of grain interface {interfaceType} begins with '{classPrefix}'.", nameof(classPrefix));
            return Close(chosen, interfaceType);
        }

        if (definition.GetCustomAttribute<DefaultGrainTypeAttribute>() is { } byAttribute) return GrainType.Create(byAttribute.GrainType);
        var plain = definition.Name.StartsWith('I') ? definition.Name[1..] : definition.Name;
        chosen = candidates is [var only] ? only : Array.Find(candidates, c => c.Name == plain);
        return chosen is not null
            ? Close(chosen, interfaceType)
            : throw new ArgumentException(
                $"{Count(candidates.Length)} serves grain interface {interfaceType}: {string.Join(", ", candidates.Select(c => c.FullName))}. "
                + "With several, name one by [DefaultGrainType], by a class name prefix, or by naming it like the interface.",
                nameof(interfaceType));
    }

    private static string Count(int classes) => classes == 0 ? "No grain class" : $"Not one but {classes} grain classes";

    private static GrainType Close(GrainClassName chosen, Type interfaceType)
    {
        if (!chosen.IsGeneric) return GrainType.Create(chosen.GrainType);
        var names = string.Join(',', interfaceType.GetGenericArguments().Select(a => $"[{a.FullName},{a.Assembly.GetName().Name}]"));
        return GrainType.Create($"{chosen.GrainType}[{names}]");
    }
}
