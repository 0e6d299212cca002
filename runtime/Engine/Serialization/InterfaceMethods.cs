using System.ComponentModel;
using System.Reflection;

namespace Orleans.Bundled;

/// <summary>Finds interface methods by reflection, for the filters and predicates that ask for them.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class InterfaceMethods
{
    /// <summary>The method of <paramref name="contract"/> itself with this name and these parameters.</summary>
    /// <param name="contract">The interface that declares it.</param>
    /// <param name="name">Its name.</param>
    /// <param name="typeArguments">What closes a generic method; empty otherwise.</param>
    /// <param name="parameters">The types of its parameters, closed as the method is.</param>
    public static MethodInfo Find(Type contract, string name, Type[] typeArguments, Type[] parameters)
    {
        ArgumentNullException.ThrowIfNull(contract);
        ArgumentNullException.ThrowIfNull(typeArguments);
        foreach (var declared in contract.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance))
        {
            if (declared.Name != name || declared.GetGenericArguments().Length != typeArguments.Length) continue;
            var method = typeArguments.Length == 0 ? declared : declared.MakeGenericMethod(typeArguments);
            if (method.GetParameters().Select(p => p.ParameterType).SequenceEqual(parameters)) return method;
        }

        throw new MissingMethodException(contract.FullName, name);
    }
}
