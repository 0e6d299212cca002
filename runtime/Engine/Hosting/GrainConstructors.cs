using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>Makes grain objects: from services, from the activation's context and from facets such as persistent states.</summary>
/// <remarks>
/// Singletons are looked up once per class. Only a parameter of another lifetime touches the activation's own services.
/// </remarks>
internal sealed class GrainConstructors(IServiceProvider services, ServiceLifetimes lifetimes)
{
    private static readonly MethodInfo s_facet = typeof(GrainConstructors)
        .GetMethod(nameof(Facet), BindingFlags.Instance | BindingFlags.NonPublic)!;

    private readonly ConcurrentDictionary<Type, Func<IGrainContext, object>> _constructors = new();

    /// <summary>What makes an instance of that class; generic classes are given closed.</summary>
    public Func<IGrainContext, object> For(Type grainClass) => _constructors.GetOrAdd(grainClass, Build);

    private Func<IGrainContext, object> Build(Type grainClass)
    {
        var constructor = Choose(grainClass);
        var parameters = constructor.GetParameters();
        var values = Expression.Parameter(typeof(object?[]), "values");
        var make = Expression.Lambda<Func<object?[], object>>(
            Expression.New(constructor, parameters.Select((p, i) =>
                Expression.Convert(Expression.ArrayIndex(values, Expression.Constant(i)), p.ParameterType))),
            values).Compile();
        if (parameters.Length == 0)
        {
            return _ => make([]);
        }

        var sources = Array.ConvertAll(parameters, Source);
        return context =>
        {
            var arguments = new object?[sources.Length];
            for (var i = 0; i < arguments.Length; i++)
            {
                arguments[i] = sources[i](context);
            }

            return make(arguments);
        };
    }

    private static ConstructorInfo Choose(Type grainClass)
    {
        var all = grainClass.GetConstructors(BindingFlags.Instance | BindingFlags.Public);
        if (all.Length == 0)
        {
            all = grainClass.GetConstructors(BindingFlags.Instance | BindingFlags.NonPublic);
        }

        return Array.Find(all, c => c.IsDefined(typeof(ActivatorUtilitiesConstructorAttribute), inherit: false))
            ?? all.MaxBy(c => c.GetParameters().Length)
            ?? throw new InvalidOperationException($"Grain class {grainClass} has no constructor.");
    }

    private Func<IGrainContext, object?> Source(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (parameter.GetCustomAttributes().FirstOrDefault(a => a is IFacetMetadata) is { } facet)
        {
            return (Func<IGrainContext, object?>)s_facet.MakeGenericMethod(facet.GetType()).Invoke(this, [parameter, facet])!;
        }

        if (type == typeof(IGrainContext))
        {
            return static context => context;
        }

        if (parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { } keyed)
        {
            return context => context.ActivationServices.GetRequiredKeyedService(type, keyed.Key);
        }

        if (lifetimes.IsSingleton(type))
        {
            // Late, so that a class whose services cannot be made fails its own activations rather than the silo.
            var value = new Lazy<object>(() => services.GetRequiredService(type));
            return _ => value.Value;
        }

        return parameter.HasDefaultValue
            ? context => context.ActivationServices.GetService(type) ?? parameter.DefaultValue
            : context => context.ActivationServices.GetRequiredService(type);
    }

    private Func<IGrainContext, object?> Facet<TMetadata>(ParameterInfo parameter, TMetadata metadata)
        where TMetadata : IFacetMetadata
    {
        var mapper = services.GetService<IAttributeToFactoryMapper<TMetadata>>()
            ?? throw new OrleansException(
                $"Parameter '{parameter.Name}' of {parameter.Member.DeclaringType} carries [{typeof(TMetadata).Name}], "
                + $"and no IAttributeToFactoryMapper<{typeof(TMetadata).Name}> is registered.");
        var factory = mapper.GetFactory(parameter, metadata);
        return context => factory(context);
    }
}
