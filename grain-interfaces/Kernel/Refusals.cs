using System.Collections.Frozen;
using System.Reflection;

namespace OrleansSocial.Kernel;

/// <summary>The refusals of all slices, and what methods declare of them.</summary>
public static class Refusals
{
    private static readonly FrozenDictionary<string, Refusal> s_byCode = (
        from type in typeof(Refusals).Assembly.GetTypes()
        where type.Name.EndsWith(nameof(Refusals), StringComparison.Ordinal)
        from field in type.GetFields(BindingFlags.Public | BindingFlags.Static)
        where field.FieldType == typeof(Refusal)
        select (Refusal)field.GetValue(null)!).ToFrozenDictionary(refusal => refusal.Code);

    /// <summary>Every refusal that a slice has, in no order.</summary>
    public static IReadOnlyList<Refusal> All => s_byCode.Values;

    /// <summary>What a method declares, in the order of checking.</summary>
    /// <exception cref="InvalidOperationException">It names a code that no slice has.</exception>
    public static IReadOnlyList<Refusal> Of(MethodInfo method) => method.GetCustomAttribute<RefusesAttribute>() is not { } declared ? [] :
        [.. declared.Codes.Select(code => s_byCode.GetValueOrDefault(code)
            ?? throw new InvalidOperationException($"{method.DeclaringType!.Name}.{method.Name} declares {code}, which is the refusal of no slice."))];

    /// <summary>What the method of a grain declares, in the order of checking.</summary>
    /// <exception cref="InvalidOperationException">The grain has no such method, or it names a code that no slice has.</exception>
    public static IReadOnlyList<Refusal> Of(Type grain, string method) =>
        Of(grain.GetMethod(method) ?? throw new InvalidOperationException($"{grain.Name} has no method {method}."));

    /// <summary>Holds an answer to what was declared for it.</summary>
    /// <param name="who">Who answers.</param>
    /// <param name="declared">The refusals that it declares.</param>
    /// <param name="refusal">The refusal that it answers with.</param>
    /// <exception cref="InvalidOperationException">It does not declare this one.</exception>
    public static void Check(string? who, IEnumerable<Refusal> declared, Refusal refusal)
    {
        if (refusal.Code == CommonRefusals.Unavailable.Code || declared.Any(one => one.Code == refusal.Code)) return;
        throw new InvalidOperationException($"{who} answers {refusal.Code}, which it does not declare: add it to the [Refuses] of the method that gives it, or to what the edge Refuses(…).");
    }
}
