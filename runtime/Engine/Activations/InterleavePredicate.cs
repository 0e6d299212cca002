using System.Reflection;
using Orleans.Concurrency;
using Orleans.Serialization.Invocation;

namespace Orleans.Bundled;

/// <summary>Binds the predicate that <see cref="MayInterleaveAttribute"/> names.</summary>
internal static class InterleavePredicate
{
    private static readonly MethodInfo s_bind = typeof(InterleavePredicate)
        .GetMethod(nameof(Bind), BindingFlags.Static | BindingFlags.NonPublic)!;

    /// <summary>The predicate of a grain class, or null when it has none.</summary>
    /// <exception cref="InvalidOperationException">The class has no such public method, or it has another signature.</exception>
    public static Func<object, IInvokable, bool>? Of(Type grainClass)
    {
        if (grainClass.GetCustomAttribute<MayInterleaveAttribute>(inherit: true) is not { } attribute) return null;
        var name = attribute.CallbackMethodName;
        const BindingFlags Flags = BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.FlattenHierarchy;
        var method = grainClass.GetMethod(name, Flags, [typeof(IInvokable)]);
        if (method is null || method.ReturnType != typeof(bool))
        {
            throw new InvalidOperationException(
                $"[MayInterleave(\"{name}\")] on {grainClass} needs a public method bool {name}(IInvokable request), static or not.");
        }

        if (!method.IsStatic) return (Func<object, IInvokable, bool>)s_bind.MakeGenericMethod(grainClass).Invoke(null, [method])!;
        var predicate = method.CreateDelegate<Func<IInvokable, bool>>();
        return (_, request) => predicate(request);
    }

    private static Func<object, IInvokable, bool> Bind<TGrain>(MethodInfo method)
    {
        var predicate = method.CreateDelegate<Func<TGrain, IInvokable, bool>>();
        return (grain, request) => predicate((TGrain)grain, request);
    }
}
