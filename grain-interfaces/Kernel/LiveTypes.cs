using System.Reflection;

namespace OrleansSocial.Kernel;

/// <summary>Everything that a person can be told live, derived from its declarations.</summary>
public static class LiveTypes
{
    /// <summary>Each type with the record that comes with it, ordered by its name.</summary>
    public static IReadOnlyList<(string Name, Type Data)> All { get; } =
    [
        .. Declared.Select(type => (type.Name, type.Data)).Concat(Logged.Select(record => (record.GetCustomAttribute<ToldAttribute>()!.Type, record)))
            .OrderBy(one => one.Item1, StringComparer.Ordinal),
    ];

    private static IEnumerable<Type> Types => typeof(LiveTypes).Assembly.GetTypes();

    private static IEnumerable<LiveType> Declared => Types.SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
        .Where(one => one.FieldType.IsAssignableTo(typeof(LiveType)))
        .Select(one => (LiveType)one.GetValue(null)!);

    private static IEnumerable<Type> Logged => Types.Where(type => type.IsDefined(typeof(ToldAttribute), inherit: false));
}
