using System.Reflection;
using System.Runtime.CompilerServices;

namespace Orleans.Bundled;

/// <summary>Fresh states: by the parameterless constructor of any accessibility, else an object whose members are all default.</summary>
internal static class StateActivator<T>
{
    private static readonly Func<T> s_create = Find();

    public static T Create() => s_create();

    private static Func<T> Find()
    {
        var type = typeof(T);
        if (type.IsValueType || type == typeof(string) || type.IsArray || type.IsAbstract)
        {
            return static () => default!;
        }

        const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        return type.GetConstructor(Any, Type.EmptyTypes) is null
            ? static () => (T)RuntimeHelpers.GetUninitializedObject(typeof(T))
            : static () => (T)Activator.CreateInstance(typeof(T), nonPublic: true)!;
    }
}
