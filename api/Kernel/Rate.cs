using System.Collections.Frozen;
using System.Reflection;

namespace OrleansSocial.Kernel;

/// <summary>A rate class: what is charged to it shares one bucket for each person, address or name. A slice declares its own in a static field beside its routes.</summary>
/// <param name="name">That of its limit under <c>Social:RateLimits</c>.</param>
/// <param name="tokensMax">How many requests may come at once, unless the configuration says otherwise.</param>
/// <param name="tokensPerSecond">How fast the bucket refills, unless the configuration says otherwise.</param>
public sealed class Rate(string name, double tokensMax, double tokensPerSecond)
{
    /// <summary>Every change that has no class of its own.</summary>
    public static readonly Rate Writes = new("Writes", tokensMax: 60, tokensPerSecond: 5);

    /// <summary>Reading.</summary>
    public static readonly Rate Reads = new("Reads", tokensMax: 300, tokensPerSecond: 50);

    /// <summary>Opening live connections, and notices such as typing.</summary>
    public static readonly Rate Live = new("Live", tokensMax: 120, tokensPerSecond: 10);

    private const int ThingsEach = 50;

    /// <summary>Names it in the configuration and in buckets.</summary>
    public string Name => name;

    /// <summary>How many requests may come at once, where nothing is configured.</summary>
    public double TokensMax => tokensMax;

    /// <summary>How fast the bucket refills, where nothing is configured.</summary>
    public double TokensPerSecond => tokensPerSecond;

    /// <summary>How many tokens a request costs that names so many things: one, and one more for each fifty of them.</summary>
    public static int TokensFor(int things) => 1 + (things / ThingsEach);

    /// <inheritdoc/>
    public override string ToString() => name;
}

/// <summary>The rate classes of all slices.</summary>
public static class Rates
{
    /// <summary>Each by its name; the configuration is free in upper and lower case.</summary>
    public static FrozenDictionary<string, Rate> All { get; } = In(typeof(Rates).Assembly.GetTypes());

    /// <summary>The class of this name.</summary>
    /// <exception cref="InvalidOperationException">No slice declares it.</exception>
    public static Rate Named(string name) => All.GetValueOrDefault(name) ?? throw new InvalidOperationException($"{name} is the rate class of no slice.");

    /// <summary>The classes that the static fields of these types declare.</summary>
    /// <exception cref="InvalidOperationException">Two have the same name.</exception>
    internal static FrozenDictionary<string, Rate> In(IEnumerable<Type> types)
    {
        var declared = types.Where(type => !type.ContainsGenericParameters)
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(field => field.FieldType == typeof(Rate)).Select(field => (Rate)field.GetValue(null)!).ToList();
        var twice = declared.GroupBy(rate => rate.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1);
        return twice is null
            ? declared.ToFrozenDictionary(rate => rate.Name, StringComparer.OrdinalIgnoreCase)
            : throw new InvalidOperationException($"Two rate classes are named {twice.Key}.");
    }
}
